/** What a failed attempt to send means. */
export type FailureVerdict =
  /** This letter will never be taken. */
  | 'refused'
  /** This letter may be taken later: grey-listing, a full mailbox. */
  | 'later'
  /** No letter can be sent now: unreachable, no TLS, wrong password. */
  | 'server_away'

/** As nodemailer reports it (dist/esm/errors.js). */
interface SendError {
  code?: string
  command?: string
  responseCode?: number
  response?: string
  message?: string
}

/** The codes with which nodemailer reports what the server said of this one letter. */
const ABOUT_THE_LETTER = new Set(['EENVELOPE', 'EMESSAGE'])

/** RFC 5321 clause 4.2.1: 5xx is final, 4xx asks to try again. */
export function judgeFailure(error: unknown): FailureVerdict {
  const { code, responseCode } = error as SendError
  if (!ABOUT_THE_LETTER.has(code ?? '')) return 'server_away'
  // Without a code of the server the letter itself was found wanting before it was sent.
  if (responseCode === undefined || responseCode >= 500) return 'refused'
  return 'later'
}

/**
 * For the log. Filters at the other end like to repeat what they dislike, so addresses of pages and anything that
 * could be a link's secret are left out.
 */
export function reasonOf(error: unknown): string {
  const { code, command, response, message } = error as SendError
  const said = (response ?? message ?? String(error))
    .replace(/https?:\/\/\S+/gi, '(address)')
    .replace(/[\w-]{24,}/g, '…')
    .replace(/\s+/g, ' ')
    .slice(0, 300)
  return [code, command, said].filter(Boolean).join(': ')
}

/** One plain address: nothing that could name a second recipient or begin another header. */
export function deliverable(address: string): boolean {
  return address.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(address)
}
