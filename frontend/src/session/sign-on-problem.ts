const PROBLEMS = {
  sso_denied: 'denied',
  sso_expired: 'expired',
  sso_unknown: 'unknown',
  sso_unverified: 'unverified',
  sso_disabled: 'disabled',
  sso_unavailable: 'unavailable',
  sso_throttled: 'throttled',
} as const

export type SignOnProblem = (typeof PROBLEMS)[keyof typeof PROBLEMS] | 'failed'

/** What the login page says about the word that single sign-on put into the address. */
export function signOnProblem(problem: string): SignOnProblem {
  return Object.hasOwn(PROBLEMS, problem) ? PROBLEMS[problem as keyof typeof PROBLEMS] : 'failed'
}
