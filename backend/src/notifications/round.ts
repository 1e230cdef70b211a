import type { ChannelKind, RouteInput } from '@osprey/core/api/notifications'
import { contentOf, mailOf } from './content.ts'
import {
  done,
  failed,
  keyOf,
  type NewDelivery,
  PEOPLE_BY_MAIL,
  PEOPLE_IN_APP,
  waiting,
} from './deliveries.ts'
import { inOrder, isOver, type Message, type ToldAlert, titleOf } from './message.ts'
import { isTold, type Person } from './people.ts'
import type { AddressedNotice, NoticeRow } from './personal-notices.ts'
import type { PlacedAlert } from './places.ts'
import { beginning } from './shorten.ts'

/** One notification of one group: who is told, over what, and in which words. Pure. */

export interface RoundChannel {
  id: string
  kind: ChannelKind
  language: 'en' | 'zh'
  enabled: boolean
  addresses: readonly string[]
  template: string | null
}

export interface RoundInput {
  /** Of this notification; that of each delivery is made from it. */
  key: string
  route: Pick<RouteInput, 'id' | 'name' | 'channels' | 'roles'>
  told: readonly { row: PlacedAlert; told: ToldAlert }[]
  /** Those of the route that exist. */
  channels: readonly RoundChannel[]
  people: readonly Person[]
  mailConfigured: boolean
  now: number
}

export interface Round {
  deliveries: NewDelivery[]
  notices: AddressedNotice[]
}

/** Never without a delivery: what nobody can be told is in the log as failed. */
export function roundOf(input: RoundInput): Round {
  const round: Round = { deliveries: [], notices: [] }
  const reached = new Set<number>()
  for (const id of input.route.channels) addChannel(round, input, id, reached)
  addPeople(round, input, reached)
  if (round.deliveries.length === 0) {
    const roles = input.route.roles.join(', ')
    const nobody = telling(input, PEOPLE_IN_APP, null, wholeMessage(input))
    round.deliveries.push(failed(nobody, `nobody to tell: no ${roles || 'channel'} within reach`, at(input)))
  }
  return round
}

function addChannel(round: Round, input: RoundInput, id: string, reached: Set<number>): void {
  const message = wholeMessage(input)
  const channel = input.channels.find((one) => one.id === id)
  const give = (recipient: string | null) => telling(input, id, recipient, message, channel?.language)
  if (!channel?.enabled) {
    const reason = channel ? 'the channel is switched off' : 'the channel was removed'
    round.deliveries.push(failed(give(null), reason, at(input)))
    return
  }
  if (channel.kind === 'in_app') {
    const seeing = input.people.filter((person) => messageFor(input, person).alerts.length > 0)
    for (const person of seeing) addNotice(round, input, person, reached)
    const told = give(null)
    round.deliveries.push(
      seeing.length > 0
        ? done(told, at(input))
        : failed(told, 'nobody to tell: no one within reach', at(input)),
    )
    return
  }
  const form = { kind: channel.kind, language: channel.language, template: channel.template }
  if (channel.kind !== 'email') {
    const one = give(null)
    round.deliveries.push(waiting(one, contentOf(form, message, one.key, input.now), at(input)))
    return
  }
  if (channel.addresses.length === 0)
    round.deliveries.push(failed(give(null), 'the channel has no addresses', at(input)))
  // Each address by itself: when one is tried again the others are not.
  for (const address of channel.addresses) {
    const one = give(address)
    round.deliveries.push(waiting(one, contentOf(form, message, one.key, input.now), at(input)))
  }
}

/** People by role: only those that reach any of the alerts, and only of those they reach. */
function addPeople(round: Round, input: RoundInput, reached: Set<number>): void {
  for (const person of input.people) {
    if (!input.route.roles.includes(person.role)) continue
    const message = messageFor(input, person)
    if (message.alerts.length === 0) continue
    addNotice(round, input, person, reached)
    round.deliveries.push(done(telling(input, PEOPLE_IN_APP, person.username, message), at(input)))
    if (input.mailConfigured && person.email !== null) {
      const one = telling(input, PEOPLE_BY_MAIL, person.username, message)
      round.deliveries.push(waiting(one, mailOf(message), at(input)))
    }
  }
}

/** One notice per person, however many ways lead to them. */
function addNotice(round: Round, input: RoundInput, person: Person, reached: Set<number>): void {
  if (reached.has(person.id)) return
  const ordered = inOrder(messageFor(input, person).alerts)
  const [first, ...others] = ordered
  if (!first) return
  reached.add(person.id)
  const row: NoticeRow = {
    id: keyOf(input.key, person.id),
    user: person.id,
    at: at(input),
    kind: isOver(first.as) ? 'resolved' : 'alert',
    title: `${first.ruleName} · ${first.placeName}${others.length > 0 ? ` (+${others.length})` : ''}`,
    text: shortValue(first),
    alert: first.id,
    severity: first.severity,
    readAt: null,
  }
  round.notices.push({ username: person.username, row })
}

/** Without words: nobody knows which language the reader chose. */
export function shortValue({ value, category, symbol, siteName, placeName }: ToldAlert): string {
  const shown =
    category !== null ? category : value === null ? '' : `${Number(value.toPrecision(6))} ${symbol}`.trim()
  const site = siteName !== null && siteName !== placeName ? siteName : ''
  return [shown, site].filter((part) => part !== '').join(' · ')
}

function wholeMessage({ route, told }: RoundInput): Message {
  return { route: { id: route.id, name: route.name }, alerts: told.map((one) => one.told) }
}

function messageFor({ route, told }: RoundInput, person: Person): Message {
  const seen = told.filter(({ row }) => isTold(person, row))
  return { route: { id: route.id, name: route.name }, alerts: seen.map((one) => one.told) }
}

function telling(
  { key, route }: RoundInput,
  channel: string,
  recipient: string | null,
  message: Message,
  language: 'en' | 'zh' = 'en',
) {
  return {
    key: keyOf(key, channel, recipient ?? ''),
    channel,
    route: route.id,
    recipient,
    alerts: message.alerts.map(({ id }) => id),
    subject: beginning(titleOf(message, language), 300),
  }
}

function at({ now }: RoundInput): Date {
  return new Date(now)
}
