import { createHmac } from 'node:crypto'
import type { ChannelKind } from '@osprey/core/api/notifications'
import { judgeFailure, reasonOf } from '../mail/failure.ts'
import type { Content } from './content.ts'
import { type Egress, type EgressAnswer, RefusedAddressError, TooLargeError } from './egress.ts'
import { beginning } from './shorten.ts'

/** Hands one notification to its receiver and says what came of it. */

export interface ChannelSecrets {
  url: string
  secret: string | null
}

/** `later`: it may be taken another time; `away`: nothing that goes there is taken now; `refused`: it never will be. */
export type Outcome =
  | { delivered: true; detail: string }
  | { delivered: false; verdict: 'later' | 'away' | 'refused'; detail: string; retryAfterMs?: number }

export interface PostChannel {
  kind: Exclude<ChannelKind, 'email' | 'in_app'>
  secrets: ChannelSecrets
}

/** Sends one mail, or throws what nodemailer throws. `id` becomes its Message-ID: the same in every attempt. */
export type SendMail = (
  letter: { to: { name: string; address: string }; subject: string; text: string; id: string },
  signal?: AbortSignal,
) => Promise<void>

const MOST_DETAIL = 300
/** Codes of robots that concern all that is sent there: busy, too often, token, signature, robot or group gone. */
const AWAY_CODES: Record<'dingtalk' | 'wecom', ReadonlySet<number>> = {
  dingtalk: new Set([
    -1, 88, 130_101, 300_001, 300_005, 310_000, 400_013, 400_101, 400_102, 400_106, 410_100,
  ]),
  wecom: new Set([-1, 40_001, 40_014, 42_001, 45_009, 45_033, 48_002, 93_000, 93_004, 93_008]),
}
/** And those that say the content will never be taken: too long, empty, malformed, not allowed. */
const REFUSED_CODES: Record<'dingtalk' | 'wecom', ReadonlySet<number>> = {
  dingtalk: new Set([40_035, 400_105, 430_101, 430_102, 430_103, 430_104, 460_101]),
  wecom: new Set([40_008, 40_033, 40_058, 44_004, 45_002, 47_001]),
}
/** They say that this content will not do; all others may be set right at the receiver within a day. */
const REFUSED = new Set([400, 413, 415, 422])

export async function sendByMail(
  send: SendMail | undefined,
  to: { name: string; address: string },
  { subject, text }: Extract<Content, { kind: 'mail' }>,
  key: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  if (!send)
    return { delivered: false, verdict: 'away', detail: 'no mail server is configured (OSPREY_SMTP_URL)' }
  try {
    await send({ to, subject, text, id: key }, signal)
    return { delivered: true, detail: 'the mail server took it' }
  } catch (error) {
    const verdict = judgeFailure(error)
    return {
      delivered: false,
      verdict: verdict === 'server_away' ? 'away' : verdict,
      detail: reasonOf(error),
    }
  }
}

export async function sendByPost(
  egress: Pick<Egress, 'post'>,
  { kind, secrets }: PostChannel,
  body: unknown,
  key: string,
  now: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const text = JSON.stringify(body)
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Osprey',
    'idempotency-key': key,
    ...(kind === 'webhook' &&
      secrets.secret !== null && { 'osprey-signature': signature(secrets.secret, text, now) }),
  }
  const url = kind === 'dingtalk' ? signedDingTalkUrl(secrets, now) : secrets.url
  try {
    return judgeAnswer(kind, await egress.post(url, headers, text, signal), secrets)
  } catch (error) {
    return {
      delivered: false,
      verdict: error instanceof TooLargeError ? 'refused' : 'away',
      detail: withoutSecrets(connectionProblem(error as Error), secrets),
    }
  }
}

/** `t=…,v1=…`: seconds, and HMAC-SHA256 of `t.body` in hexadecimal. */
export function signature(secret: string, body: string, now: number): string {
  const time = Math.floor(now / 1000)
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

/** DingTalk's custom robots: the milliseconds and the secret are signed with the secret, and go into the query. */
export function signedDingTalkUrl({ url, secret }: ChannelSecrets, now: number): string {
  if (secret === null) return url
  const signed = new URL(url)
  signed.searchParams.set('timestamp', String(now))
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'))
  return signed.href
}

/** Robots of DingTalk and WeCom answer 200 and say in `errcode` whether they took it. */
export function judgeAnswer(
  kind: PostChannel['kind'],
  answer: EgressAnswer,
  secrets: ChannelSecrets,
): Outcome {
  const { status, text, retryAfterMs } = answer
  const said = withoutSecrets(text, secrets)
  const detail = said === '' ? `it answered ${status}` : `it answered ${status}: ${said}`
  const later = retryAfterMs === null ? {} : { retryAfterMs }
  if (status >= 300 && status < 400) {
    return { delivered: false, verdict: 'away', detail: `it answered ${status}; redirects are not followed` }
  }
  if (status < 200 || status >= 300) {
    return { delivered: false, verdict: REFUSED.has(status) ? 'refused' : 'away', detail, ...later }
  }
  if (kind !== 'dingtalk' && kind !== 'wecom') return { delivered: true, detail }
  const code = errorCode(text)
  if (code === 0) return { delivered: true, detail }
  if (code === null) return { delivered: false, verdict: 'away', detail: `${detail}; expected an errcode` }
  return { delivered: false, verdict: verdictOf(kind, code, text), detail }
}

/** What concerns neither the robot nor this content for certain is tried again, and holds up nothing else. */
function verdictOf(kind: 'dingtalk' | 'wecom', code: number, text: string): 'later' | 'away' | 'refused' {
  if (REFUSED_CODES[kind].has(code)) return 'refused'
  // DingTalk answers a missing keyword, which concerns the content, with the code of a wrong signature.
  if (kind === 'dingtalk' && code === 310_000 && /keyword|关键词/i.test(text)) return 'later'
  return AWAY_CODES[kind].has(code) ? 'away' : 'later'
}

function errorCode(text: string): number | null {
  try {
    const { errcode } = JSON.parse(text) as { errcode?: unknown }
    return typeof errcode === 'number' ? errcode : null
  } catch {
    return null
  }
}

function connectionProblem(error: Error): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === undefined || message.includes(code) || error instanceof RefusedAddressError
    ? message
    : `${code}: ${message}`
}

/** One line for people, without anything that lets its reader post there. */
function withoutSecrets(text: string, { url, secret }: ChannelSecrets): string {
  const address = new URL(url)
  const hidden = [secret, address.href, address.pathname, address.search, address.username, address.password]
  let shown = text
  for (const one of [...hidden, ...address.searchParams.values(), ...address.pathname.split('/')]) {
    if (one !== null && one.length >= 6) shown = shown.replaceAll(one, '…')
  }
  const line = shown
    .replace(/https?:\/\/\S+/gi, '(address)')
    .replace(/[\s\p{Cc}\uFFFD]+/gu, ' ')
    .trim()
  return beginning(line, MOST_DETAIL)
}
