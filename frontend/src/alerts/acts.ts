import type { AlertView, BULK_ACTIONS, BulkView } from '@osprey/core/api/alerts'
import type { Request } from '../session/request.ts'

export type BulkAction = (typeof BULK_ACTIONS)[number]

/** Something a person does with alerts: the name of the route and its body. */
export interface Act {
  action: BulkAction | 'unacknowledge'
  input: Readonly<Record<string, string | number | boolean | null>>
}

/** What came of it; `alerts` are those the server told of as they are now. */
export interface ActOutcome extends BulkView {
  act: Act
  alerts: readonly AlertView[]
}

const MOST = 500

/**
 * Does it with one alert or many. One that cannot be done rejects; of many, those that were not done are listed.
 * @throws RequestError
 */
export async function perform(request: Request, alerts: readonly string[], act: Act): Promise<ActOutcome> {
  const [only] = alerts
  if (only !== undefined && (alerts.length === 1 || act.action === 'unacknowledge')) {
    const path = `/api/alerts/${encodeURIComponent(only)}/${act.action}`
    const answer = await request<unknown>(path, { method: 'POST', body: act.input })
    return { act, done: [only], failed: [], alerts: isAlert(answer) ? [answer] : [] }
  }
  const outcome: ActOutcome = { act, done: [], failed: [], alerts: [] }
  for (let from = 0; from < alerts.length; from += MOST) {
    const body = { alerts: alerts.slice(from, from + MOST), action: act.action, input: act.input }
    const { done, failed } = await request<BulkView>('/api/alerts/bulk', { method: 'POST', body })
    outcome.done.push(...done)
    outcome.failed.push(...failed)
  }
  return outcome
}

function isAlert(answer: unknown): answer is AlertView {
  return typeof answer === 'object' && answer !== null && 'ruleName' in answer && 'state' in answer
}

/** When a snooze of so many hours ends. */
export function snoozeEnd(now: number, hours: number): string {
  return new Date(now + hours * 3_600_000).toISOString()
}

/** The next eight o'clock in the morning, where the browser is. */
export function nextMorning(now: number): string {
  const morning = new Date(now)
  morning.setHours(8, 0, 0, 0)
  if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1)
  return morning.toISOString()
}
