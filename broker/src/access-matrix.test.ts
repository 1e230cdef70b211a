import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Packet } from 'mqtt-packet'
import { Authority, type Identity } from './fixtures/certificates.ts'
import {
  command,
  connectPacket,
  publishPacket,
  RawClient,
  registration,
  SECRET,
  startTestBroker,
  type TestBroker,
  until,
} from './fixtures/helpers.ts'

/*
 * Fault experiment F15: every kind of device × every kind of topic × every way in, over real TLS sockets. What is
 * allowed is written down here once more, as plain texts, so that it does not depend on the code under test. At the end
 * the journal must hold exactly the messages that were allowed.
 */

const KINDS = ['observations', 'senml', 'status', 'commands', 'commands/result', 'unknown'] as const
const TIME = 60_000

interface Actor {
  name: string
  id: string
  /** Another device whose topics it tries. */
  victim: string
  identity?: Identity
  /** Beyond what `connectPacket` says. */
  login: object
}

let platform: TestBroker
let folder: string
let authority: Authority
let cells = 0
const escapes: string[] = []
/** Messages that must be in the journal, by device and topic. */
const expected = new Map<string, number>()

const certificateLogin = { username: undefined, password: undefined }
const members: Actor[] = [
  { name: 'device A', id: 'd1', victim: 'd2', login: {} },
  { name: 'device B', id: 'd2', victim: 'cert', login: {} },
  { name: 'certificate device', id: 'cert', victim: 'd1', login: certificateLogin },
]
const strangers: Actor[] = [
  { name: 'disabled device', id: 'off', victim: 'd1', login: {} },
  { name: 'unknown device', id: 'ghost', victim: 'd1', login: {} },
  { name: 'wrong secret', id: 'd1', victim: 'd2', login: { password: Buffer.from('guess') } },
  { name: 'secret of a certificate device', id: 'cert', victim: 'd1', login: {} },
  { name: 'certificate in the name of another', id: 'either', victim: 'd1', login: { password: undefined } },
  { name: 'certificate of another authority', id: 'cert', victim: 'd1', login: certificateLogin },
]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'osprey-matrix-'))
  authority = await Authority.create('factory')
  const foreign = await Authority.create('stranger')
  const tls = await authority.issue({ commonName: 'platform', address: '127.0.0.1' })
  const caPath = join(folder, 'ca.pem')
  writeFileSync(caPath, authority.cert)
  platform = await startTestBroker({ tls, deviceCertificates: { caPath, crlPath: undefined } })
  await platform.directory.putAll([
    registration('cert', SECRET, false, 'certificate'),
    registration('either', SECRET, false, 'either'),
    registration('off', SECRET, true),
  ])
  const own = await authority.issue({ commonName: 'cert' })
  const identities: Record<string, Identity> = {
    'certificate device': own,
    'certificate in the name of another': own,
    'certificate of another authority': await foreign.issue({ commonName: 'cert' }),
  }
  for (const actor of [...members, ...strangers]) {
    const identity = identities[actor.name]
    if (identity) actor.identity = identity
  }
})

afterAll(async () => {
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

const topicOf = (id: string, kind: string) => `v1/devices/${id}/${kind}`

/** Characters that show as nothing, as another character, or not at all. */
const HOSTILE = [
  '\u0000',
  '\u0007',
  '\u007f',
  '\u0085',
  '\u00ad',
  '\u200b',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\ufffd',
  '\uffff',
  ' ',
]

function topicsFor({ id, victim }: Actor): string[] {
  const target = topicOf(victim, 'observations')
  return [
    ...KINDS.flatMap((kind) => [topicOf(id, kind), topicOf(victim, kind)]),
    ...HOSTILE.flatMap((sign) => [
      `${topicOf(id, 'observations')}${sign}`,
      topicOf(`${id}${sign}`, 'status'),
    ]),
    ...['/', '//', `/${target}`, `${target}/`, topicOf('', 'observations'), 'v1//observations', ''],
    ...['ⅾ1', 'ｄ1', 'd１', 'D1', 'd1.', 'd01', `${id}/../${victim}`, '.', '..'].map((name) =>
      topicOf(name, 'commands'),
    ),
    ...[
      target.toUpperCase(),
      target.replace('v1', 'v2'),
      target.replaceAll('/', '\\'),
      target.replaceAll('/', '%2f'),
    ],
    ...[
      '#',
      '+',
      '+/#',
      'v1/#',
      'v1/devices/#',
      topicOf('+', 'commands'),
      topicOf('+', 'observations'),
      topicOf(id, '#'),
      topicOf(id, '+'),
      topicOf(victim, '#'),
    ],
    ...[
      '$SYS/#',
      '$SYS/broker/heartbeat',
      '$SYS/x/new/clients',
      `$SYS/${id}/disconnect/clients`,
      '$',
      '$queue/x',
    ],
    ...[
      `$share/g/${topicOf(id, 'commands')}`,
      `$share/g/${topicOf(victim, 'commands')}`,
      '$share/g/#',
      '$share',
    ],
    ...[topicOf('d'.repeat(300), 'observations'), 'a/'.repeat(200), `${target}${'x'.repeat(60_000)}`],
  ]
}

/** So much that what follows is read only after the CONNECT before it has been judged. */
const LONG = publishPacket('v1/devices/d1/unknown', { qos: 0, payload: Buffer.alloc(200_000) })

function mayPublish(id: string, topic: string, retain: boolean): boolean {
  if (topic === topicOf(id, 'status')) return true
  return !retain && ['observations', 'senml', 'commands/result'].some((kind) => topic === topicOf(id, kind))
}

const mayWill = (id: string, topic: string) => topic === topicOf(id, 'status')
const maySubscribe = (id: string, filter: string) => filter === topicOf(id, 'commands')

function connect({ identity }: Actor): Promise<RawClient> {
  const proof = identity && { cert: identity.cert, key: identity.key }
  return RawClient.openTls(Number(platform.broker.mqttPort), { ca: authority.cert, ...proof })
}

async function enter(actor: Actor, changes: object = {}): Promise<RawClient> {
  const client = await connect(actor)
  const answer = await client.login(actor.id, { ...actor.login, ...changes })
  expect(answer).toMatchObject({ cmd: 'connack', returnCode: 0 })
  return client
}

/** One cell: what happened must be what is allowed. */
function judge(cell: string, allowed: boolean, happened: boolean): void {
  cells++
  if (allowed !== happened) escapes.push(`${cell}: ${happened ? 'happened' : 'was refused'}`)
}

const shown = (topic: string) => JSON.stringify(topic.length > 60 ? `${topic.slice(0, 60)}…` : topic)
const packets = ({ received }: RawClient, ...kinds: string[]) =>
  received.filter(({ cmd }) => kinds.includes(cmd))

function expectMessage(id: string, topic: string): void {
  const key = `${id} ${topic}`
  expected.set(key, (expected.get(key) ?? 0) + 1)
}

async function publishCell(actor: Actor, topic: string, qos: 0 | 1 | 2, retain: boolean): Promise<void> {
  const allowed = mayPublish(actor.id, topic, retain)
  if (allowed) expectMessage(actor.id, topic)
  const client = await enter(actor)
  client.send(publishPacket(topic, { qos, retain }), { cmd: 'pingreq' })
  const alive = (await client.next('pingresp')) !== undefined
  const acknowledged =
    alive && (qos === 0 || (await client.next(qos === 1 ? 'puback' : 'pubrec')) !== undefined)
  judge(`${actor.name} publishes ${shown(topic)} QoS ${qos} retain ${retain}`, allowed, acknowledged)
  if (!alive && packets(client, 'puback', 'pubrec').length > 0)
    escapes.push(`${shown(topic)}: acknowledged, then refused`)
  client.send({ cmd: 'disconnect' })
  await client.untilClosed()
}

async function willCell(actor: Actor, topic: string, retain: boolean): Promise<void> {
  const allowed = mayWill(actor.id, topic)
  if (allowed) expectMessage(actor.id, topic)
  const client = await connect(actor)
  const will = { topic, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain }
  const answer = await client.login(actor.id, { ...actor.login, will })
  judge(
    `${actor.name} wills ${shown(topic)} retain ${retain}`,
    allowed,
    (answer as { returnCode?: number })?.returnCode === 0,
  )
  client.socket.destroy()
}

/** The granted QoS by filter; 128 for all when the connection was closed instead. */
async function subscribe(client: RawClient, filters: readonly string[], qos: number): Promise<number[]> {
  const subscriptions = filters.map((topic) => ({ topic, qos }))
  client.send({ cmd: 'subscribe', messageId: 5, subscriptions })
  const answer = (await client.next('suback')) as (Packet & { granted: number[] }) | undefined
  return answer?.granted ?? filters.map(() => 128)
}

/** A filter by itself, then beside the own commands in a session that is kept: nothing may come of it, now or later. */
async function subscribeCells(actor: Actor, filter: string, round: number): Promise<void> {
  const allowed = maySubscribe(actor.id, filter)
  const ownCommands = topicOf(actor.id, 'commands')
  // Clean, so that nothing is left of the filter before.
  let single = await enter(actor)
  for (const qos of [0, 1, 2]) {
    if (single.closed) single = await enter(actor)
    const [granted] = await subscribe(single, [filter], qos)
    judge(`${actor.name} subscribes to ${shown(filter)} QoS ${qos}`, allowed, granted !== 128)
  }
  single.socket.destroy()
  const client = await enter(actor, { clean: false })
  const [own, other] = await subscribe(client, [ownCommands, filter], 1)
  judge(`${actor.name} subscribes to ${shown(filter)} beside its commands`, allowed, other !== 128)
  client.socket.destroy()
  await client.untilClosed()
  const id = `${actor.id}-${round}`
  await platform.commands.push(command(`own-${id}`, actor.id))
  await platform.commands.push(command(`other-${id}`, actor.victim))
  const again = await enter(actor, { clean: false })
  if (own !== 128) await until(() => commandsOf(again).includes(`own-${id}`))
  again.send({ cmd: 'pingreq' })
  await again.next('pingresp')
  const foreign = packets(again, 'publish').filter(
    (packet) => (packet as { topic?: string }).topic !== ownCommands,
  )
  judge(`${actor.name} is sent what ${shown(filter)} matches after it returns`, false, foreign.length > 0)
  again.socket.destroy()
}

const commandsOf = (client: RawClient) =>
  packets(client, 'publish').map(
    (packet) => JSON.parse(String((packet as { payload?: Buffer }).payload)).id as string,
  )

test.each(members)(
  'publishing and wills: $name',
  async (actor) => {
    for (const topic of topicsFor(actor)) {
      for (const qos of [0, 1, 2] as const) await publishCell(actor, topic, qos, false)
      await publishCell(actor, topic, 1, true)
      // MQTT has no way to write a last will without a topic.
      if (topic !== '') for (const retain of [false, true]) await willCell(actor, topic, retain)
    }
  },
  TIME,
)

test.each(members)(
  'subscribing, returning and delivery: $name',
  async (actor) => {
    for (const [round, filter] of topicsFor(actor).entries()) await subscribeCells(actor, filter, round)
  },
  TIME,
)

test.each(strangers)(
  'not logged in, and not waiting for it: $name',
  async (actor) => {
    for (const topic of topicsFor(actor)) {
      const client = await connect(actor)
      const publishes = ([0, 1, 2] as const).map((qos) => publishPacket(topic, { qos, messageId: qos + 1 }))
      const subscription = { cmd: 'subscribe', messageId: 9, subscriptions: [{ topic, qos: 1 }] }
      client.send(connectPacket(actor.id, { ...actor.login }), LONG, ...publishes, subscription)
      await client.untilClosed()
      for (const qos of [0, 1, 2])
        judge(
          `${actor.name} publishes ${shown(topic)} QoS ${qos}`,
          false,
          packets(client, 'puback', 'pubrec').length > 0,
        )
      judge(
        `${actor.name} subscribes to ${shown(topic)}`,
        false,
        packets(client, 'suback', 'publish').length > 0,
      )
      const let_in = packets(client, 'connack').some(
        (packet) => (packet as { returnCode?: number }).returnCode === 0,
      )
      judge(`${actor.name} connects`, false, let_in)
    }
  },
  TIME,
)

test('the journal holds what was allowed, and nothing else', async () => {
  const journaled = () => {
    const counts = new Map<string, number>()
    for (const { kind, deviceId, topic } of platform.entries()) {
      if (kind === 'publish')
        counts.set(`${deviceId} ${topic}`, (counts.get(`${deviceId} ${topic}`) ?? 0) + 1)
    }
    return counts
  }
  const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0)
  await until(() => total(journaled()) >= total(expected))
  expect(journaled()).toEqual(expected)
  process.stdout.write(
    `F15: ${cells} cells, ${escapes.length} escapes, ${total(expected)} messages allowed\n`,
  )
  expect(escapes).toEqual([])
  expect(cells).toBeGreaterThan(3000)
})
