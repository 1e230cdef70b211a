import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eq } from 'drizzle-orm'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import { addRule, change, fire, WORDS } from '../notifications/world.fixture.ts'
import { CapFeed } from './cap-feed.ts'
import { CAP_NAMESPACE, capTime } from './cap-message.ts'
import { escapeXml } from './xml.ts'

/** CAP 1.2 (OASIS), its constraints one by one, and the Atom feed (RFC 4287). */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-cap-'))
const database = new Database(dataDir, undefined, pino({ level: 'silent' }))
const T0 = Date.UTC(2026, 10, 24, 8)
let now = T0
const untold = { within: async () => {} }
const NAME = 'PM2.5 <above> "the" & limit, 超标'

const newFeed = () =>
  new CapFeed({
    database,
    words: WORDS,
    origin: 'https://osprey.example.org',
    sender: 'osprey.example.org',
    status: 'Actual',
    now: () => now,
  })

beforeAll(async () => {
  await database.start()
  const { queries } = database
  await addRule(queries, 'pm', { name: NAME, public: true, instruction: 'Stay inside.' })
  await addRule(queries, 'inner', { public: false })
  const add = (id: string, rest = {}) => fire(queries, untold, { id, at: T0, ...rest })
  await add('risen')
  await add('private', { rule: 'inner' })
  await add('silenced', { silencedBy: ['s'] })
  await add('inhibited', { inhibitedBy: 'risen' })
  await add('gone', { station: 'removed' })
  await add('false')
  now = T0 + 60_000
  await change(queries, untold, 'risen', 'raised', { severity: 'extreme' }, now)
  const falseAlarm = { reason: 'steam', by: 'mei', at: new Date(T0 + 90_000).toISOString() }
  await queries.update(alerts).set({ falseAlarm }).where(eq(alerts.id, 'false'))
  now = T0 + 120_000
  await change(
    queries,
    untold,
    'risen',
    'resolved',
    { state: 'resolved', resolvedAt: new Date(now), resolution: 'cleared' },
    now,
  )
})
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  trimValues: false,
})
type Node = Record<string, unknown>

/** Names and texts of the elements inside, in order. */
function parts(children: Node[]): [name: string, inside: Node[]][] {
  return children.flatMap((node) =>
    Object.entries(node).filter(([name]) => name !== ':@' && name !== '#text'),
  ) as never
}
function text(inside: Node[]): string {
  return inside.map((node) => String(node['#text'] ?? '')).join('')
}
function root(xml: string): { name: string; attributes: Record<string, string>; children: Node[] } {
  expect(XMLValidator.validate(xml)).toBe(true)
  const node = (parser.parse(xml) as Node[]).find((one) => !('?xml' in one)) as Node
  const [name] = Object.keys(node).filter((key) => key !== ':@')
  return {
    name: name as string,
    attributes: node[':@'] as Record<string, string>,
    children: node[name as string] as Node[],
  }
}

const ALERT = [
  'identifier',
  'sender',
  'sent',
  'status',
  'msgType',
  'source',
  'scope',
  'restriction',
  'addresses',
  'code',
  'note',
  'references',
  'incidents',
  'info',
]
const INFO = [
  'language',
  'category',
  'event',
  'responseType',
  'urgency',
  'severity',
  'certainty',
  'audience',
  'eventCode',
  'effective',
  'onset',
  'expires',
  'senderName',
  'headline',
  'description',
  'instruction',
  'web',
  'contact',
  'parameter',
  'resource',
  'area',
]
const AREA = ['areaDesc', 'polygon', 'circle', 'geocode', 'altitude', 'ceiling']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$/

function inOrder(names: string[], order: string[]): void {
  const places = names.map((name) => order.indexOf(name))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((one, other) => one - other))
}

/** Checks what the standard asks of any message; answers the values of the elements of `alert`. */
function checked(xml: string): Record<string, string> {
  const { name, attributes, children } = root(xml)
  expect([name, attributes['@_xmlns']]).toEqual(['alert', CAP_NAMESPACE])
  const elements = parts(children)
  inOrder(
    elements.map(([one]) => one),
    ALERT,
  )
  const value = Object.fromEntries(
    elements.filter(([one]) => one !== 'info').map(([one, inside]) => [one, text(inside)]),
  )
  for (const one of ['identifier', 'sender', 'sent', 'status', 'msgType', 'scope'])
    expect(value[one]).toBeTruthy()
  for (const one of ['identifier', 'sender']) expect(value[one]).not.toMatch(/[\s,<&]/)
  expect(value['sent']).toMatch(TIME)
  expect(['Actual', 'Exercise', 'System', 'Test', 'Draft']).toContain(value['status'])
  expect(value['scope']).toBe('Public')
  expect(value['references'] !== undefined).toBe(value['msgType'] !== 'Alert')
  for (const reference of value['references']?.split(' ') ?? []) {
    expect(reference).toMatch(/^[^\s,]+,[^\s,]+,[^\s,]+$/)
    expect(reference.split(',')[2]).toMatch(TIME)
  }
  const infos = elements.filter(([one]) => one === 'info').map(([, inside]) => parts(inside))
  expect(infos.map((info) => text(info.find(([one]) => one === 'language')?.[1] ?? []))).toEqual([
    'en-US',
    'zh-CN',
  ])
  for (const info of infos) checkInfo(info)
  return value
}

function checkInfo(info: [string, Node[]][]): void {
  inOrder(
    info.map(([one]) => one),
    INFO,
  )
  const of = (name: string) => text(info.find(([one]) => one === name)?.[1] ?? [])
  expect(of('category')).toBe('Env')
  expect(of('event')).not.toBe('')
  expect(['AllClear', 'Monitor']).toContain(of('responseType'))
  expect(['Immediate', 'Expected', 'Future', 'Past', 'Unknown']).toContain(of('urgency'))
  expect(['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown']).toContain(of('severity'))
  expect(['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown']).toContain(of('certainty'))
  for (const time of ['effective', 'onset']) expect(of(time)).toMatch(TIME)
  expect(of('headline').length).toBeLessThanOrEqual(160)
  const areas = info.filter(([one]) => one === 'area').map(([, inside]) => parts(inside))
  expect(areas).toHaveLength(1)
  for (const area of areas) {
    inOrder(
      area.map(([one]) => one),
      AREA,
    )
    expect(text(area.find(([one]) => one === 'areaDesc')?.[1] ?? [])).not.toBe('')
    const circle = area.find(([one]) => one === 'circle')
    if (circle) expect(text(circle[1])).toMatch(/^-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?$/)
  }
}

test('Alert, Update and Cancel of one alert refer to each other', async () => {
  const { messages } = await newFeed().snapshot()
  const thread = [...messages.values()].filter(({ identifier }) => identifier.startsWith('risen'))
  const values = thread.map(({ xml }) => checked(xml))
  expect(values.map(({ msgType, sent }) => [msgType, sent])).toEqual([
    ['Alert', '2026-11-24T08:00:00-00:00'],
    ['Update', '2026-11-24T08:01:00-00:00'],
    ['Cancel', '2026-11-24T08:02:00-00:00'],
  ])
  const reference = ({ sender, identifier, sent }: Record<string, string>) =>
    `${sender},${identifier},${sent}`
  const [first, second, third] = values as [
    Record<string, string>,
    Record<string, string>,
    Record<string, string>,
  ]
  expect(second['references']).toBe(reference(first))
  expect(third['references']).toBe(`${reference(first)} ${reference(second)}`)
  expect(new Set(values.map(({ identifier }) => identifier)).size).toBe(3)
  const [alert, update, cancel] = thread.map(({ xml }) => xml) as [string, string, string]
  expect(alert).toContain('<severity>Moderate</severity>')
  expect(update).toContain('<severity>Extreme</severity>')
  expect(cancel).toContain('<responseType>AllClear</responseType><urgency>Past</urgency>')
  expect(alert).toContain('<circle>31.25,121.5 1</circle>')
  expect(alert).toContain('<areaDesc>Gate, Paper mill</areaDesc>')
  expect(alert).toContain('<instruction>Stay inside.</instruction>')
  expect(
    text(
      parts(root(alert).children)
        .flatMap(([name, inside]) => (name === 'info' ? parts(inside) : []))
        .find(([name]) => name === 'event')?.[1] ?? [],
    ),
  ).toBe(
    escapeXml(NAME)
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  )
})

test('a false alarm is cancelled and says so; a station that is gone has no circle', async () => {
  const { messages } = await newFeed().snapshot()
  const cancelled = messages.get('false.over')?.xml ?? ''
  expect(checked(cancelled)).toMatchObject({
    msgType: 'Cancel',
    sent: '2026-11-24T08:01:30-00:00',
    note: expect.stringContaining('误报'),
  })
  expect(cancelled).toContain('<certainty>Unlikely</certainty>')
  const gone = messages.get('gone')?.xml ?? ''
  checked(gone)
  expect(gone).toContain('<areaDesc>removed</areaDesc></area>')
})

test('only alerts of public rules that nothing silences are public', async () => {
  const { messages, atom } = await newFeed().snapshot()
  const shown = new Set([...messages.keys()].map((identifier) => identifier.split('.')[0]))
  expect([...shown].sort()).toEqual(['false', 'gone', 'risen'])
  for (const hidden of ['private', 'silenced', 'inhibited', 'Rule inner']) expect(atom).not.toContain(hidden)
})

test('the feed has what Atom asks for, one entry per alert that leads to its newest message', async () => {
  const { atom, messages } = await newFeed().snapshot()
  const { name, attributes, children } = root(atom)
  expect([name, attributes['@_xmlns']]).toEqual(['feed', 'http://www.w3.org/2005/Atom'])
  const of = (elements: Node[], wanted: string) => parts(elements).filter(([one]) => one === wanted)
  for (const one of ['id', 'title', 'updated', 'author']) expect(of(children, one)).toHaveLength(1)
  expect(text(of(children, 'updated')[0]?.[1] ?? [])).toBe('2026-11-24T08:02:00.000Z')
  const entries = of(children, 'entry')
  expect(entries).toHaveLength(3)
  for (const [, entry] of entries) {
    for (const one of ['id', 'title', 'updated', 'link']) expect(of(entry, one)).toHaveLength(1)
  }
  const links = [
    ...atom.matchAll(
      /type="application\/cap\+xml" href="https:\/\/osprey\.example\.org\/cap\/alerts\/([^"]+)"/g,
    ),
  ]
  expect(links.map(([, identifier]) => identifier).sort()).toEqual(['false.over', 'gone', 'risen.over'])
  for (const [, identifier] of links) expect(messages.has(identifier as string)).toBe(true)
})

test('what is over leaves the feed after two days; the feed is made at most once in five seconds', async () => {
  const feed = newFeed()
  const first = await feed.snapshot()
  expect(await feed.snapshot()).toBe(first)
  now += 4999
  expect(await feed.snapshot()).toBe(first)
  now += 1
  const [one, other] = await Promise.all([feed.snapshot(), feed.snapshot()])
  expect(one).not.toBe(first)
  expect(one).toBe(other)
  now += 48 * 3_600_000
  expect([...(await feed.snapshot()).messages.keys()]).not.toContain('risen')
})

test('text is XML, whatever it holds', () => {
  expect(escapeXml('a<b>&"\'\u0000\u0008\uD800\uFFFE😀')).toBe('a&lt;b&gt;&amp;&quot;&apos;\uFFFD😀')
  expect(capTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05-00:00')
})
