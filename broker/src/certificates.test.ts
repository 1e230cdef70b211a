import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { connectAsync, type MqttClient } from 'mqtt'
import { Authority, type Identity } from './fixtures/certificates.ts'
import { registration, SECRET, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

/* Devices that log in with an X.509 client certificate, over real TLS. */

let platform: TestBroker
let folder: string
let factory: Authority
let stranger: Authority
let server: Identity
let good: Identity
const caPath = () => join(folder, 'ca.pem')
const crlPath = () => join(folder, 'crl.pem')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'osprey-certificates-'))
  factory = await Authority.create('factory')
  stranger = await Authority.create('stranger')
  server = await factory.issue({ commonName: 'platform', address: '127.0.0.1' })
  good = await factory.issue({ commonName: 'cert' })
  writeFileSync(caPath(), factory.cert)
  writeFileSync(crlPath(), await factory.revoke([]))
  platform = await startTestBroker({
    webSocketPort: 0,
    tls: server,
    deviceCertificates: { caPath: caPath(), crlPath: crlPath() },
    certificateInterval: 20,
  })
})

beforeEach(async () => {
  await platform.directory.putAll([
    registration('cert', SECRET, false, 'certificate'),
    registration('both', SECRET, false, 'either'),
    registration('plain', SECRET, false, 'secret'),
    registration('off', SECRET, true, 'certificate'),
  ])
})

afterAll(async () => {
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Attempt {
  username?: string
  password?: string
  identity?: Identity | undefined
  webSocket?: boolean
}

function connect({ username, password, identity, webSocket }: Attempt): Promise<MqttClient> {
  const { mqttPort, webSocketPort } = platform.broker
  const url = webSocket ? `wss://127.0.0.1:${webSocketPort}/mqtt` : `mqtts://127.0.0.1:${mqttPort}`
  const files = identity ? { cert: identity.cert, key: identity.key } : {}
  return connectAsync(
    url,
    {
      protocolVersion: 4,
      reconnectPeriod: 0,
      ca: factory.cert,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...files,
    },
    false,
  ).then((client) => client.on('error', () => undefined))
}

const closing = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))

const refusedOf = () => platform.entries().filter(({ kind }) => kind === 'refused')

/** The reason and the device of the refusal this attempt meets, or `accepted`. */
async function outcome(attempt: Attempt): Promise<string> {
  const before = refusedOf().length
  try {
    const client = await connect(attempt)
    client.end(true)
    return 'accepted'
  } catch {
    await until(() => refusedOf().length > before)
    const entry = refusedOf().at(-1)
    return `${JSON.parse(String(entry?.payload)).reason} ${entry?.deviceId}`
  }
}

/** As one peer, refused for the same reason again and again, gets one entry in ten seconds, each case has its own. */
const device = async (id: string, authentication: 'secret' | 'certificate' | 'either', disabled = false) => {
  await platform.directory.put(registration(id, SECRET, disabled, authentication))
  return id
}

test('a certificate in an encoding that cannot be read is refused, and the broker lives on', async () => {
  const stranger = await Authority.create('stranger')
  const identity = await stranger.issue({ commonName: 'odd-encoding' })
  const odd = { ...identity, cert: withIndefiniteLength(identity.cert) }
  const username = await device('odd-encoding', 'certificate')
  expect(await outcome({ identity: odd, username })).toMatch(/^untrusted_certificate/)
  expect(await outcome({ identity: good })).toBe('accepted')
})

describe.each([false, true])('over WebSocket: %s', (webSocket) => {
  const name = (text: string) => `${text}-${webSocket ? 'ws' : 'tcp'}`

  test.each(['certificate', 'either'] as const)(
    'a valid certificate lets a device of %s in',
    async (mode) => {
      const id = await device(name(`valid-${mode}`), mode)
      const identity = await factory.issue({ commonName: id })
      expect(await outcome({ username: id, identity, webSocket })).toBe('accepted')
      const client = await connect({ identity, webSocket })
      await client.publishAsync(`v1/devices/${id}/observations`, '{"values":{"ph":7}}', { qos: 1 })
      await client.endAsync()
      expect(platform.entries().some(({ kind, deviceId }) => kind === 'publish' && deviceId === id)).toBe(
        true,
      )
    },
  )

  test('a DNS name counts as well, and chooses among several by user name', async () => {
    const id = await device(name('named'), 'certificate')
    const identity = await factory.issue({ commonName: 'a maker of meters', dns: ['unregistered', id] })
    expect(await outcome({ identity, webSocket })).toBe('accepted')
    expect(await outcome({ username: id, identity, webSocket })).toBe('accepted')
  })

  test('expired and not yet valid', async () => {
    const past = await device(name('past'), 'certificate')
    const future = await device(name('future'), 'certificate')
    const old = await factory.issue({ commonName: past, from: -5, to: -1 })
    const early = await factory.issue({ commonName: future, from: 1, to: 5 })
    expect(await outcome({ username: past, identity: old, webSocket })).toBe(`expired_certificate ${past}`)
    expect(await outcome({ identity: early, webSocket })).toBe(`expired_certificate ${future}`)
  })

  test('of another authority, and self-signed', async () => {
    const id = await device(name('foreign'), 'certificate')
    const identity = await stranger.issue({ commonName: id })
    expect(await outcome({ username: id, identity, webSocket })).toBe(`untrusted_certificate ${id}`)
    const expired = await device(name('foreign-expired'), 'certificate')
    const both = await stranger.issue({ commonName: expired, from: -5, to: -1 })
    expect(await outcome({ identity: both, webSocket })).toBe(`untrusted_certificate ${expired}`)
  })

  test('of another device, and of none', async () => {
    const id = await device(name('mismatch'), 'certificate')
    const identity = await factory.issue({ commonName: 'both' })
    expect(await outcome({ username: id, identity, webSocket })).toBe(`certificate_not_for_device ${id}`)
    const nobody = await factory.issue({ commonName: 'Maker of meters, Ltd.' })
    expect(await outcome({ username: name('nobody'), identity: nobody, webSocket })).toBe(
      `certificate_not_for_device ${name('nobody')}`,
    )
    const unknown = await factory.issue({ commonName: name('unheard') })
    expect(await outcome({ identity: unknown, webSocket })).toBe(`unknown_device ${name('unheard')}`)
  })

  test('who may use what', async () => {
    const secretOnly = await device(name('secret-only'), 'secret')
    const certificateOnly = await device(name('certificate-only'), 'certificate')
    const either = await device(name('either'), 'either')
    const password = SECRET
    expect(await outcome({ username: secretOnly, password, webSocket })).toBe('accepted')
    expect(await outcome({ username: either, password, webSocket })).toBe('accepted')
    expect(await outcome({ username: certificateOnly, password, webSocket })).toBe(
      `secret_not_accepted ${certificateOnly}`,
    )
    const identity = await factory.issue({ commonName: secretOnly })
    expect(await outcome({ username: secretOnly, identity, webSocket })).toBe(
      `certificate_not_accepted ${secretOnly}`,
    )
    // The certificate of its maker, which the device presents wherever it is asked, does no harm.
    const makers = await stranger.issue({ commonName: 'maker' })
    expect(await outcome({ username: secretOnly, password, identity: makers, webSocket })).toBe('accepted')
    expect(await outcome({ username: either, password, identity: makers, webSocket })).toBe(
      `untrusted_certificate ${either}`,
    )
    expect(await outcome({ username: certificateOnly, webSocket })).toBe(`bad_secret ${certificateOnly}`)
    const off = await device(name('disabled'), 'certificate', true)
    expect(await outcome({ identity: await factory.issue({ commonName: off }), webSocket })).toBe(
      `device_disabled ${off}`,
    )
  })
})

test('a revocation ends the session that is open and refuses the next, resumed or not', async () => {
  const id = await device('revoked', 'certificate')
  const identity = await factory.issue({ commonName: id })
  const neighbour = await connect({ identity: good })
  const ticket = await sessionTicket(identity)
  const client = await connect({ identity })
  const closed = closing(client)
  writeFileSync(crlPath(), await factory.revoke([identity.serial]))
  await closed
  await until(() => reasonOfEnd(id) === 'certificate_ended')
  expect(await outcome({ identity })).toBe(`revoked_certificate ${id}`)
  expect(ticket).toBeUndefined()
  expect(neighbour.connected).toBe(true)
  await neighbour.endAsync()
})

/** What a client could resume the TLS session with. */
async function sessionTicket({ cert, key }: Identity): Promise<Buffer | undefined> {
  const { mqttPort: port } = platform.broker
  const socket = connectTls({ port, host: '127.0.0.1', ca: factory.cert, cert, key })
  let ticket: Buffer | undefined
  socket.on('session', (session) => {
    ticket = session
  })
  await once(socket, 'secureConnect')
  socket.write(Buffer.from([0x10, 0x00]))
  await once(socket.resume(), 'close')
  if (!ticket) return undefined
  const again = connectTls({ port, host: '127.0.0.1', ca: factory.cert, cert, key, session: ticket })
  await once(again, 'secureConnect')
  const reused = again.isSessionReused()
  again.destroy()
  return reused ? ticket : undefined
}

const reasonOfEnd = (id: string) => {
  const entry = platform
    .entries()
    .findLast(({ kind, deviceId }) => kind === 'disconnected' && deviceId === id)
  return entry && JSON.parse(String(entry.payload)).reason
}

test.each([
  ['disabled', () => registration('live', SECRET, true, 'certificate')],
  ['moved to the secret', () => registration('live', SECRET, false, 'secret')],
])('a session of a certificate ends when its device is %s', async (_name, changed) => {
  await device('live', 'certificate')
  const client = await connect({ identity: await factory.issue({ commonName: 'live' }) })
  const closed = closing(client)
  await platform.directory.put(changed())
  await closed
  await until(() => reasonOfEnd('live') === 'credentials_changed')
})

test('a new secret leaves the session of a certificate alone', async () => {
  await device('rotated', 'either')
  const client = await connect({ identity: await factory.issue({ commonName: 'rotated' }) })
  const removed = await connect({ username: 'both', password: SECRET })
  const closed = closing(removed)
  await platform.directory.put(registration('rotated', 'another', false, 'either'))
  await platform.directory.remove('both')
  await closed
  expect(client.connected).toBe(true)
  await client.endAsync()
})

/** Writes a list that revokes a session that is open beside the serials given; when it ends the list is in force. */
async function putInForce(makeList: (witness: string) => Promise<string>): Promise<void> {
  await device('witness', 'certificate')
  const identity = await factory.issue({ commonName: 'witness' })
  const closed = closing(await connect({ identity }))
  writeFileSync(crlPath(), await makeList(identity.serial))
  await closed
}

test('a file that cannot be read leaves what was read before in force', async () => {
  const revoked = await factory.issue({ commonName: await device('still-revoked', 'certificate') })
  await putInForce((witness) => factory.revoke([witness, revoked.serial]))
  writeFileSync(crlPath(), 'nothing of the kind')
  const client = await connect({ identity: good })
  await client.endAsync()
  expect(await outcome({ identity: revoked })).toBe('revoked_certificate still-revoked')
  writeFileSync(crlPath(), await factory.revoke([revoked.serial]))
})

test('an authority that is taken out ends its sessions; one that is put in is trusted', async () => {
  await device('moved', 'certificate')
  const client = await connect({ identity: good })
  const closed = closing(client)
  const successor = await Authority.create('successor')
  writeFileSync(crlPath(), (await successor.revoke([])) + (await factory.revoke([])))
  writeFileSync(caPath(), successor.cert)
  await closed
  const moved = await connect({ identity: await successor.issue({ commonName: 'moved' }) })
  expect(await outcome({ identity: good })).toBe('untrusted_certificate cert')
  const closedToo = closing(moved)
  writeFileSync(caPath(), factory.cert)
  await closedToo
})

test('an authority below another is followed, and revoked by the upper one', async () => {
  const lower = await Authority.create('lower', factory)
  const id = await device('below', 'certificate')
  const identity = await lower.issue({ commonName: id })
  const chained = { ...identity, cert: identity.cert + lower.cert }
  const below = await lower.revoke([])
  await putInForce(async (witness) => (await factory.revoke([witness])) + below)
  const client = await connect({ identity: chained })
  const closed = closing(client)
  writeFileSync(crlPath(), (await factory.revoke([lower.serial])) + below)
  await closed
  expect(await outcome({ identity: chained })).toBe(`revoked_certificate ${id}`)
  expect(await outcome({ identity })).toBe(`untrusted_certificate ${id}`)
})

/** OpenSSL reads a tbsCertificate of indefinite length (X.690 clause 8.1.3.6), which DER forbids. */
function withIndefiniteLength(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  // Each length is one byte below 128, else a count of bytes that follow.
  const headOf = (at: number) => 2 + ((der[at + 1] as number) < 0x80 ? 0 : (der[at + 1] as number) & 0x7f)
  const lengthOf = (at: number) =>
    headOf(at) === 2 ? (der[at + 1] as number) : der.readUIntBE(at + 2, headOf(at) - 2)
  const inner = headOf(0)
  const begin = inner + headOf(inner)
  const end = begin + lengthOf(inner)
  const body = Buffer.concat([
    Buffer.from([0x30, 0x80]),
    der.subarray(begin, end),
    Buffer.from([0, 0]),
    der.subarray(end),
  ])
  const head = Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff])
  const base64 = Buffer.concat([head, body])
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
}

test('a list that has run out refuses with a reason of its own', async () => {
  await putInForce((witness) => factory.revoke([witness], -2))
  expect(await outcome({ identity: good })).toBe('revocation_list_unusable cert')
  writeFileSync(crlPath(), await factory.revoke([]))
})

test('files that cannot be used are named at the start', async () => {
  for (const [ca, crl, expected] of [
    ['', undefined, 'expected certificates in PEM'],
    [factory.cert, 'x', 'expected certificate revocation lists in PEM'],
    [factory.cert, '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n', 'CRL'],
  ] as const) {
    const [badCa, badCrl] = [join(folder, 'bad-ca.pem'), join(folder, 'bad-crl.pem')]
    writeFileSync(badCa, ca)
    if (crl !== undefined) writeFileSync(badCrl, crl)
    const files = { caPath: badCa, crlPath: crl === undefined ? undefined : badCrl }
    await expect(startTestBroker({ tls: server, deviceCertificates: files })).rejects.toThrow(expected)
  }
})
