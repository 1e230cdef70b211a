import { type AlertChange, holds } from '../alerts/alert-row.ts'
import type { Transaction } from '../database/database.ts'
import type { Territories } from '../territory/territories.ts'
import { mailOf } from './content.ts'
import { addDeliveries, keyOf, type NewDelivery, PEOPLE_BY_MAIL, waiting } from './deliveries.ts'
import { everybody, isTold } from './people.ts'
import { type AddressedNotice, addNotices } from './personal-notices.ts'
import { beginning } from './shorten.ts'
import { loadAlerts, toldAlert, type Wording } from './told-alerts.ts'

/** Who is told personally of what somebody did: the one an alert was given to, and those a comment mentions. */
export interface Personal {
  username: string
  kind: 'assigned' | 'mention'
  change: AlertChange
}

const MOST_MENTIONS = 20

/** Nobody is told what they did themselves. Pure. */
export function personalOf(changes: readonly AlertChange[]): Personal[] {
  return changes.flatMap((change): Personal[] => {
    const { kind, actor, detail } = change
    const named = kind === 'assigned' ? [detail['assignee']] : mentionsIn(detail)
    const usernames = new Set(
      named.filter((name): name is string => typeof name === 'string' && name !== actor),
    )
    return [...usernames]
      .slice(0, MOST_MENTIONS)
      .map((username) => ({ username, kind: kind === 'assigned' ? 'assigned' : 'mention', change }))
  })
}

function mentionsIn({ mentions }: Record<string, unknown>): unknown[] {
  return Array.isArray(mentions) ? mentions : []
}

export interface ActsOptions {
  words: Wording
  territories: Pick<Territories, 'of'>
  mailConfigured: boolean
  now: () => number
}

/** Writes the notices, in the transaction of the act. Answers those to be shown live after the commit. */
export async function tellPersonally(
  transaction: Transaction,
  changes: readonly AlertChange[],
  { words, territories, mailConfigured, now }: ActsOptions,
): Promise<AddressedNotice[]> {
  const wanted = personalOf(changes)
  if (wanted.length === 0) return []
  const at = new Date(now())
  const people = new Map(
    (await everybody(transaction, territories)).map((person) => [person.username, person]),
  )
  const loaded = await loadAlerts(transaction, [...new Set(wanted.map(({ change }) => change.alert.id))])
  const notices: AddressedNotice[] = []
  const deliveries: NewDelivery[] = []
  for (const [index, { username, kind, change }] of wanted.entries()) {
    const person = people.get(username)
    const one = loaded.get(change.alert.id)
    if (!person || !one || !holds(person.territory, one.row)) continue
    const told = toldAlert(one, 'still', words)
    const title = isTold(person, one.row) ? `${told.ruleName} · ${told.placeName}` : told.ruleName
    const text =
      kind === 'mention'
        ? beginning(`${change.actor}: ${String(change.detail['text'] ?? '')}`, 500)
        : change.actor
    const key = keyOf('act', change.alert.id, kind, at.getTime(), index, person.id)
    const row = {
      id: key,
      user: person.id,
      at,
      kind,
      title,
      text,
      alert: change.alert.id,
      severity: change.alert.severity,
      readAt: null,
    }
    notices.push({ username, row })
    if (!mailConfigured || person.email === null || !isTold(person, one.row)) continue
    const mail = mailOf({ route: null, alerts: [told] })
    const headline =
      kind === 'mention'
        ? `${change.actor} mentioned you / 提到了您`
        : `${change.actor} assigned this alert to you / 将此告警分配给您`
    const quoted = kind === 'mention' ? `\n\n${String(change.detail['text'] ?? '')}` : ''
    deliveries.push(
      waiting(
        {
          key,
          channel: PEOPLE_BY_MAIL,
          route: null,
          recipient: username,
          alerts: [change.alert.id],
          subject: title,
        },
        { ...mail, text: `${headline}${quoted}\n\n${mail.text}` },
        at,
      ),
    )
  }
  await addDeliveries(transaction, deliveries)
  return addNotices(transaction, notices)
}
