import type { Severity } from '@osprey/core/api/rules'

/** What is said to the public next of one alert. Pure; times are epoch milliseconds. */

export type CapMessageType = 'Alert' | 'Update' | 'Cancel'

/** A message that was issued. Nothing of it changes any more. */
export interface Issued {
  identifier: string
  msgType: CapMessageType
  sent: number
  expires: number
  severity: Severity
}

export interface PublicState {
  firing: boolean
  severity: Severity
  falseAlarm: boolean
  /** Its rule is public, and was not removed. */
  public: boolean
  /** Silenced or inhibited: not begun to be published, but what is published stays so. */
  held: boolean
}

/** Why it is cancelled. */
export type CancelReason = 'over' | 'false_alarm' | 'withdrawn'

export interface NextMessage {
  msgType: CapMessageType
  severity: Severity
  reason: CancelReason | null
}

/** A receiver that no longer hears from here forgets the alert after so long. */
export const VALID_MS = 24 * 3_600_000
/** Said again well before, while it lasts. */
export const RENEWED_MS = VALID_MS / 2
/** What is over is shown for so long. */
export const SHOWN_AFTER_MS = 48 * 3_600_000

/** `last` is the newest message that has not expired. Null: nothing to say. */
export function nextMessage(last: Issued | undefined, alert: PublicState, now: number): NextMessage | null {
  const { severity } = alert
  const isOpen = alert.firing && alert.public && !alert.falseAlarm
  const isPublished = last !== undefined && last.msgType !== 'Cancel'
  if (isOpen && !isPublished) return alert.held ? null : { msgType: 'Alert', severity, reason: null }
  if (isOpen && isPublished) {
    const isDue = severity !== last.severity || last.sent + RENEWED_MS <= now
    return isDue ? { msgType: 'Update', severity, reason: null } : null
  }
  if (!isPublished) return null
  const reason = alert.falseAlarm ? 'false_alarm' : alert.firing ? 'withdrawn' : 'over'
  return { msgType: 'Cancel', severity, reason }
}
