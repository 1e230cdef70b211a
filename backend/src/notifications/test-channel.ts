import { randomUUID } from 'node:crypto'
import type { TestResult } from '@osprey/core/api/notifications'
import type { Principal } from '../access/principal.ts'
import type { Database } from '../database/database.ts'
import type { ChannelRow } from './channels.ts'
import { contentOf } from './content.ts'
import type { Egress } from './egress.ts'
import type { Message } from './message.ts'
import { type AddressedNotice, addNotices } from './personal-notices.ts'
import { type ChannelSecrets, type Outcome, type SendMail, sendByMail, sendByPost } from './receivers.ts'

export interface TestWith {
  database: Pick<Database, 'queries'>
  egress: Pick<Egress, 'post'>
  sendMail: SendMail | undefined
  secrets: ChannelSecrets | undefined
  publicUrl: string | undefined
  now: number
}

interface Tested {
  result: TestResult
  notices: AddressedNotice[]
}

const TITLE = { en: 'Test of a notification channel', zh: '通知渠道测试' }

/** Sends what an alert would look like, once and at once; it is not in the log of deliveries. */
export async function testChannel(
  channel: ChannelRow,
  principal: Principal,
  given: TestWith,
): Promise<Tested> {
  if (channel.kind === 'in_app') return inApp(channel, principal, given)
  const key = randomUUID()
  const { kind, language, template } = channel
  const content = contentOf({ kind, language, template }, testMessage(channel, given), key, given.now)
  if (content.kind === 'mail') {
    if (channel.addresses.length === 0)
      return told({ delivered: false, detail: 'the channel has no addresses' })
    const said: string[] = []
    let delivered = true
    for (const address of channel.addresses) {
      const outcome = await sendByMail(
        given.sendMail,
        { name: '', address },
        content,
        `${key}.${said.length}`,
      )
      delivered &&= outcome.delivered
      said.push(`${address}: ${outcome.detail}`)
    }
    return told({ delivered, detail: said.join('; ').slice(0, 2000) })
  }
  if (!given.secrets || kind === 'email') {
    return told({ delivered: false, detail: 'the address of the channel cannot be opened: set it again' })
  }
  const outcome: Outcome = await sendByPost(
    given.egress,
    { kind, secrets: given.secrets },
    content.body,
    key,
    given.now,
  )
  return told({ delivered: outcome.delivered, detail: outcome.detail })
}

function told(result: TestResult): Tested {
  return { result, notices: [] }
}

/** To whoever tests. */
async function inApp(
  channel: ChannelRow,
  principal: Principal,
  { database, now }: TestWith,
): Promise<Tested> {
  const { account, username } = principal
  if (account === undefined) {
    return told({ delivered: false, detail: `${username} is not an account: log in to see notices` })
  }
  const row = {
    id: randomUUID(),
    user: account,
    at: new Date(now),
    kind: 'test' as const,
    title: channel.name,
    text: '',
    alert: null,
    severity: null,
    readAt: null,
  }
  const notices = await addNotices(database.queries, [{ username, row }])
  return { result: { delivered: true, detail: `a notice for ${username}` }, notices }
}

function testMessage({ id, name, language }: ChannelRow, { publicUrl, now }: TestWith): Message {
  return {
    route: null,
    alerts: [
      {
        id: 'test',
        as: 'firing',
        rule: 'test',
        ruleName: TITLE[language],
        severity: 'minor',
        trigger: 'condition',
        station: null,
        placeName: name,
        site: null,
        siteName: id,
        property: null,
        propertyName: null,
        value: null,
        category: null,
        unit: '',
        symbol: '',
        peak: null,
        flapping: false,
        startedAt: now,
        firedAt: now,
        resolvedAt: null,
        timeZone: 'UTC',
        instruction: '',
        link: publicUrl === undefined ? null : `${publicUrl}/`,
      },
    ],
  }
}
