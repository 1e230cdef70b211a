import { judgePassword, PASSWORD_EXPECTED } from '@osprey/core/passwords'
import { invalid } from '../http/problem.ts'

/** @throws ProblemException 400 that names the field and says what a password must be. */
export function checkNewPassword(password: string, username: string): void {
  const verdict = judgePassword(password, username)
  if (!verdict.ok) throw invalid('password', '(not shown)', PASSWORD_EXPECTED[verdict.reason])
}
