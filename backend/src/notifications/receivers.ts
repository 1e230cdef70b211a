import { createHmac } from 'node:crypto'
import type { ChannelKind } from '@osprey/core/api/notifications'
import { judgeFailure, reasonOf } from '../mail/failure.ts'
import type { Content } from './content.ts'
import { type Egress, type EgressAnswer, RefusedAddressError } from './egress.ts'

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
      verdict: 'away',
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
  return {
    delivered: false,
    verdict: 'away',
    detail: code === null ? `${detail}; expected an errcode` : detail,
  }
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
  return shown
    .replace(/https?:\/\/\S+/gi, '(address)')
    .replace(/[\s\p{Cc}\uFFFD]+/gu, ' ')
    .trim()
    .slice(0, MOST_DETAIL)
}
