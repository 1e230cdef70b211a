import type { Letter } from './mail.ts'

/** The texts of mails, in English and Chinese: nobody has to know which language a new colleague reads. */

export interface Recipient {
  username: string
  displayName: string
  email: string
}

export interface LinkMail {
  url: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Notices are not worth sending later than this. */
const NOTICE_MS = 24 * 3_600_000

/** To a person whose account was made. */
export function invitation(to: Recipient, { url, expiresAt }: LinkMail): Letter {
  return {
    kind: 'invitation',
    ...addressed(to),
    subject: 'Your Osprey account / 您的 Osprey 账号',
    text: lines(
      `Hello ${to.displayName},`,
      `an account was made for you on Osprey. Your user name is ${to.username}.`,
      `Open this link to choose your password. It works once, until ${utc(expiresAt)}:`,
      url,
      'If you did not expect this mail, do nothing.',
      RULE,
      `${to.displayName}，您好：`,
      `已为您开通 Osprey 账号，用户名为 ${to.username}。`,
      `请打开以下链接设置密码。链接仅可使用一次，有效期至 ${utc(expiresAt)}：`,
      url,
      '如果您不了解此事，请忽略本邮件。',
    ),
    until: expiresAt,
  }
}

/** To a person who, or whose administrator, asked for a new password. */
export function passwordReset(to: Recipient, { url, expiresAt }: LinkMail): Letter {
  return {
    kind: 'reset',
    ...addressed(to),
    subject: 'Osprey: choose a new password / 重设密码',
    text: lines(
      `Hello ${to.displayName},`,
      `a new password was asked for, for your Osprey account ${to.username}.`,
      `Open this link to choose it. It works once, until ${utc(expiresAt)}:`,
      url,
      'If you did not ask for it, do nothing: your password stays as it is.',
      RULE,
      `${to.displayName}，您好：`,
      `有人为您的 Osprey 账号 ${to.username} 申请了重设密码。`,
      `请打开以下链接设置新密码。链接仅可使用一次，有效期至 ${utc(expiresAt)}：`,
      url,
      '如果不是您本人申请，请忽略本邮件，您的密码不会改变。',
    ),
    until: expiresAt,
  }
}

/** Tells a person that their password is another one now. `at` in epoch milliseconds. */
export function passwordChanged(to: Recipient, at: number): Letter {
  return {
    kind: 'password_changed',
    ...addressed(to),
    subject: 'Osprey: your password was changed / 密码已更改',
    text: lines(
      `Hello ${to.displayName},`,
      `the password of your Osprey account ${to.username} was changed at ${utc(at)}.`,
      'If that was not you, tell your administrator at once.',
      RULE,
      `${to.displayName}，您好：`,
      `您的 Osprey 账号 ${to.username} 的密码已于 ${utc(at)} 更改。`,
      '如果不是您本人操作，请立即联系管理员。',
    ),
    until: at + NOTICE_MS,
  }
}

/** Tells a person that their second factor was switched on, off, or reset. `at` in epoch milliseconds. */
export function secondFactorChanged(to: Recipient, now: 'on' | 'off', at: number): Letter {
  return {
    kind: 'second_factor_changed',
    ...addressed(to),
    subject: 'Osprey: your second factor was changed / 双重验证已更改',
    text: lines(
      `Hello ${to.displayName},`,
      `the second factor of your Osprey account ${to.username} was switched ${now} at ${utc(at)}.`,
      'If that was not you, tell your administrator at once.',
      RULE,
      `${to.displayName}，您好：`,
      `您的 Osprey 账号 ${to.username} 的双重验证已于 ${utc(at)} ${now === 'on' ? '启用' : '关闭'}。`,
      '如果不是您本人操作，请立即联系管理员。',
    ),
    until: at + NOTICE_MS,
  }
}

const RULE = '────────'

function addressed({ username, displayName, email }: Recipient): Pick<Letter, 'account' | 'to'> {
  return { account: username, to: { name: displayName, address: email } }
}

function lines(...paragraphs: string[]): string {
  return `${paragraphs.join('\n\n')}\n`
}

/** 2026-11-24 08:15 UTC */
function utc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
