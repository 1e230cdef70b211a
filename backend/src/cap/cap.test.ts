import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eq } from 'drizzle-orm'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { alerts, capMessages, rules } from '../database/schema.ts'
import { addRule, change, fire, WORDS } from '../notifications/world.fixture.ts'
import { CapFeed } from './cap-feed.ts'
import { CAP_NAMESPACE, capTime } from './cap-message.ts'
import { escapeXml } from './xml.ts'

/** CAP 1.2 (OASIS), its constraints one by one, and the Atom feed (RFC 4287). */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-cap-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
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
    log,
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
  await newFeed().snapshot()
  now = T0 + 60_000
  await change(queries, untold, 'risen', 'raised', { severity: 'extreme' }, now)
  const falseAlarm = { reason: 'steam', by: 'mei', at: new Date(T0 + 90_000).toISOString() }
  await newFeed().snapshot()
  await queries.update(alerts).set({ falseAlarm }).where(eq(alerts.id, 'false'))
  now = T0 + 90_000
  await newFeed().snapshot()
  now = T0 + 120_000
  await change(
    queries,
    untold,
    'risen',
    'resolved',
    { state: 'resolved', resolvedAt: new Date(now), resolution: 'cleared' },
    now,
  )
  await newFeed().snapshot()
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
  expect(['AllClear', 'Monitor', 'None']).toContain(of('responseType'))
  expect(['Immediate', 'Expected', 'Future', 'Past', 'Unknown']).toContain(of('urgency'))
  expect(['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown']).toContain(of('severity'))
  expect(['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown']).toContain(of('certainty'))
  for (const time of ['effective', 'onset', 'expires']) expect(of(time)).toMatch(TIME)
  expect(Date.parse(of('expires'))).toBeGreaterThan(Date.parse(of('effective')))
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
  const cancelled = messages.get('false.2')?.xml ?? ''
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

test('only alerts of public rules that nothing silenced from the beginning are public', async () => {
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
  expect(links.map(([, identifier]) => identifier).sort()).toEqual(['false.2', 'gone', 'risen.3'])
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

const LATER = Date.UTC(2027, 0, 1)
const HOUR = 3_600_000
/** The thread of an alert as the public has it now, five seconds later. */
async function threadOf(id: string) {
  now += 5000
  const { messages } = await newFeed().snapshot()
  return [...messages.values()]
    .filter(({ alert }) => alert === id)
    .map(({ identifier, msgType, severity, xml }) => {
      checked(xml)
      return `${identifier} ${msgType} ${severity}`
    })
}

test('what is silenced or inhibited after it was published stays published', async () => {
  now = LATER
  await fire(database.queries, untold, { id: 'late', at: now })
  expect(await threadOf('late')).toEqual(['late Alert moderate'])
  await database.queries
    .update(alerts)
    .set({ silencedBy: ['s'], inhibitedBy: 'x' })
    .where(eq(alerts.id, 'late'))
  expect(await threadOf('late')).toEqual(['late Alert moderate'])
  expect((await newFeed().snapshot()).atom).toContain('cap/alerts/late"')
  await change(
    database.queries,
    untold,
    'late',
    'resolved',
    { state: 'resolved', resolvedAt: new Date(now) },
    now,
  )
  expect(await threadOf('late')).toEqual(['late Alert moderate', 'late.2 Cancel moderate'])
})

test('what fires while it is silenced is published when that ends', async () => {
  now = LATER
  await fire(database.queries, untold, { id: 'calibration', at: now, silencedBy: ['s'] })
  expect(await threadOf('calibration')).toEqual([])
  await database.queries.update(alerts).set({ silencedBy: [] }).where(eq(alerts.id, 'calibration'))
  expect(await threadOf('calibration')).toEqual(['calibration Alert moderate'])
})

test.each([
  ['is no longer public', { definition: { name: 'x', public: false } as never }],
  ['is removed', { removedAt: new Date(LATER) }],
])('an alert whose rule %s is cancelled, without saying that it is over', async (what, set) => {
  now = LATER
  const rule = `rule ${what}`
  await addRule(database.queries, rule, { public: true })
  await fire(database.queries, untold, { id: what.replaceAll(' ', '-'), rule, at: now })
  await threadOf(what)
  await database.queries.update(rules).set(set).where(eq(rules.id, rule))
  const id = what.replaceAll(' ', '-')
  expect(await threadOf(id)).toEqual([`${id} Alert moderate`, `${id}.2 Cancel moderate`])
  const { xml } = (await newFeed().snapshot()).messages.get(`${id}.2`) as { xml: string }
  expect(xml).not.toContain('AllClear')
  expect(xml).toContain('no longer published')
  expect(await threadOf(id)).toHaveLength(2)
})

test('a false alarm that is taken back is a new alert, and what was issued stays as it was', async () => {
  now = LATER
  await fire(database.queries, untold, { id: 'doubt', at: now })
  await threadOf('doubt')
  const falseAlarm = { reason: 'steam', by: 'mei', at: new Date(now).toISOString() }
  await database.queries.update(alerts).set({ falseAlarm }).where(eq(alerts.id, 'doubt'))
  await threadOf('doubt')
  const issued = await database.queries.select().from(capMessages).where(eq(capMessages.alert, 'doubt'))
  await database.queries
    .update(alerts)
    .set({ falseAlarm: null, severity: 'severe' })
    .where(eq(alerts.id, 'doubt'))
  expect(await threadOf('doubt')).toEqual([
    'doubt Alert moderate',
    'doubt.2 Cancel moderate',
    'doubt.3 Alert severe',
  ])
  expect(await database.queries.select().from(capMessages).where(eq(capMessages.alert, 'doubt'))).toEqual(
    expect.arrayContaining(issued),
  )
  const { messages } = await newFeed().snapshot()
  expect(messages.get('doubt.3')?.xml).not.toContain('<references>')
})

test('an alert that lasts is said again before it expires, and refers to what has not expired', async () => {
  now = LATER
  await fire(database.queries, untold, { id: 'lasting', at: now })
  await threadOf('lasting')
  for (let hour = 0; hour < 72; hour++) {
    now += HOUR
    await newFeed().snapshot()
  }
  const rows = await database.queries
    .select()
    .from(capMessages)
    .where(eq(capMessages.alert, 'lasting'))
    .orderBy(capMessages.number)
  expect(rows.length).toBeGreaterThan(5)
  expect(rows.length).toBeLessThan(8)
  for (const [index, { expires, xml }] of rows.entries()) {
    const next = rows[index + 1]
    if (next) expect(next.sent.getTime()).toBeLessThan(expires.getTime())
    expect(checked(xml)['references']?.split(' ').length ?? 0).toBeLessThanOrEqual(2)
  }
})

test('what fires and is most severe is in the feed, whatever else there is', async () => {
  now = Date.UTC(2027, 5, 1)
  await fire(database.queries, untold, { id: 'worst', at: now, severity: 'extreme' })
  await threadOf('worst')
  await database.queries.insert(alerts).values(
    Array.from({ length: 250 }, (_, index) => ({
      id: `storm-${index}`,
      rule: 'pm',
      ruleVersion: 1,
      target: `storm-${index}`,
      station: 'gate',
      trigger: 'condition' as const,
      state: 'firing' as const,
      severity: 'minor' as const,
      startedAt: new Date(now),
      firedAt: new Date(now + 1000),
      recordedAt: new Date(now + 1000),
      unit: '',
      evidence: { items: [], readings: [] },
      updatedAt: new Date(now),
    })),
  )
  await threadOf('worst')
  await database.queries
    .update(alerts)
    .set({ state: 'resolved', resolvedAt: new Date(now) })
    .where(eq(alerts.severity, 'minor'))
  expect(await threadOf('worst')).toEqual(['worst Alert extreme'])
  const { atom, leftOut } = await newFeed().snapshot()
  expect(atom.match(/<entry>/g)).toHaveLength(200)
  expect(leftOut).toBeGreaterThan(50)
  expect(atom).toContain(`<subtitle>${leftOut} `)
})

test('an alert that cannot be put into words does not keep others from being published', async () => {
  now = Date.UTC(2028, 0, 1)
  await fire(database.queries, untold, { id: 'broken', at: now, evidence: {} as never })
  await fire(database.queries, untold, { id: 'whole', at: now })
  expect(await threadOf('broken')).toEqual([])
  expect(await threadOf('whole')).toEqual(['whole Alert moderate'])
  await change(
    database.queries,
    untold,
    'broken',
    'resolved',
    { state: 'resolved', resolvedAt: new Date(now) },
    now,
  )
})

test('text is XML, whatever it holds', () => {
  expect(escapeXml('a<b>&"\'\u0000\u0008\uD800\uFFFE😀')).toBe('a&lt;b&gt;&amp;&quot;&apos;\uFFFD😀')
  expect(capTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05-00:00')
})
