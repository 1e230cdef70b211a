import type { AlertView } from '@osprey/core/api/alerts'
import type { AlertsMessage } from '@osprey/core/live'
import type { LiveIdentity } from '../live/client.ts'
import { holds, within } from './alert-row.ts'

/** Alerts in one message: more are told in several, so that none is larger than what a client may have waiting. */
const PER_MESSAGE = 100

/**
 * The messages that tell watchers of alerts, each with what lies in their territory and only for whoever may read
 * alerts. Equal territories get the same text.
 */
export function alertMessages(
  views: readonly AlertView[],
  now: number,
): ((identity: LiveIdentity) => string | undefined)[] {
  const messages: ((identity: LiveIdentity) => string | undefined)[] = []
  for (let at = 0; at < views.length; at += PER_MESSAGE) {
    messages.push(messageOf(views.slice(at, at + PER_MESSAGE), now))
  }
  return messages
}

function messageOf(views: readonly AlertView[], time: number) {
  const texts = new Map<string, string | undefined>()
  return ({ territory, permissions }: LiveIdentity): string | undefined => {
    if (!permissions.has('alerts:read')) return undefined
    if (!texts.has(territory.key)) {
      const alerts = views.filter((view) => holds(territory, view)).map((view) => within(territory, view))
      const message: AlertsMessage = { type: 'alerts', time, alerts }
      texts.set(territory.key, alerts.length > 0 ? JSON.stringify(message) : undefined)
    }
    return texts.get(territory.key)
  }
}
