import { join } from 'node:path'
import { authorizeSubscribe, deviceTopic } from '@osprey/core/topics'
import { CommandQueue } from '@osprey/journal/commands'
import { DeviceDirectory } from '@osprey/journal/directory'
import { Journal } from '@osprey/journal/journal'
import { Aedes, type PublishPacket } from 'aedes'
import { ClientCertificates } from './client-certificates.ts'
import { CommandDelivery } from './command-delivery.ts'
import { Connections } from './connections.ts'
import type { DeviceClient, Session } from './device-client.ts'
import { failpoint } from './failpoints.ts'
import { Listeners } from './listeners.ts'
import { Listening } from './listening.ts'
import { Metrics } from './metrics.ts'
import { type Health, MetricsServer } from './metrics-server.ts'
import type { BrokerOptions } from './options.ts'
import { Presence } from './presence.ts'
import { Publishing } from './publishing.ts'
import { QuietLog } from './quiet-log.ts'
import { Refusals } from './refusals.ts'
import { Revocation } from './revocation.ts'
import { SessionStore } from './session-store.ts'
import { Subscribing } from './subscribing.ts'

type Done = (error?: Error | null) => void

/** Longest keepalive (s) a device may ask for, so that a lost connection is noticed within half an hour. */
const KEEPALIVE_LIMIT = 1200
/** Beside the 5 s bound on the append: well under 1.5 times the shortest sensible keepalive. */
const APPEND_TIMEOUT = 5000
const DRAIN_TIMEOUT = 5000
const CONNECT_TIMEOUT = 30_000
/** Wills of an earlier process are published four of these (ms) after the start, when their device has not returned. */
const HEARTBEAT_INTERVAL = 15_000
const MAX_RETAINED_BYTES = 8192
const MAX_QUEUED_COMMANDS = 100

/** Makes the parts of the broker and connects them; nothing listens yet. The only place where they meet. */
export function wireBroker(options: BrokerOptions) {
  const { logger, env = {}, now = Date.now } = options
  const journal = Journal.open(join(options.dataDir, 'journal'), {
    maxBytes: options.journalMaxBytes,
    appendTimeout: options.appendTimeout ?? APPEND_TIMEOUT,
  })
  const directory = DeviceDirectory.open(join(options.dataDir, 'journal'))
  const queue = CommandQueue.open(join(options.dataDir, 'journal'))
  const { deviceCertificates } = options
  const clientCertificates = deviceCertificates ? ClientCertificates.open(deviceCertificates) : null
  const certificateProblem = ({ certificate }: Session) =>
    certificate && clientCertificates?.problemNow(certificate, now())
  const quiet = new QuietLog(logger, now)
  const append = journal.append.bind(journal)

  const refusals = new Refusals({ append, now })
  const refuse = refusals.record.bind(refusals)
  const presence = new Presence({ append, now })
  const listening = new Listening({ journal, now })
  const sessions = new SessionStore({
    path: join(options.dataDir, 'sessions'),
    now,
    mayKeep: (deviceId, topic) => authorizeSubscribe(deviceId, topic).allowed,
    hasLiveWill: (deviceId) => Boolean(connections.get(deviceId)?.will),
  })
  const unstored = (error: Error) => quiet.warn('sessions cannot be stored', { error: error.message })
  const connections = new Connections({
    find: (id) => directory.get(id),
    holds: (session) => revocation.holds(session) && certificateProblem(session) === undefined,
    refuse,
    connected: (session) => {
      presence.connected(session)
      sessions.markOnline(session.deviceId).catch(unstored)
    },
    disconnected: (session, reason) => {
      presence.disconnected(session, reason)
      if (!connections.get(session.deviceId)) sessions.markOffline(session.deviceId).catch(unstored)
    },
    warn: (kind, fields) => quiet.warn(kind, fields),
    now,
    maxPacketBytes: options.maxPacketBytes,
    deviceRate: options.deviceRate,
  })
  const revocation = new Revocation({
    directory,
    sessionOf: (id) => connections.get(id)?.session,
    end: (id) => connections.end(id, 'credentials_changed'),
    removed: (id) => sessions.forget(id, deviceTopic(id, 'status')).catch(unstored),
  })
  const publishing = new Publishing({
    append,
    refuse,
    isStored: (client, packet) => isWaitingForRelease(sessions, client, packet),
    now,
    timed: (seconds) => metrics.appendSeconds.observe(seconds),
    maxRetainedBytes: MAX_RETAINED_BYTES,
    beforeAppend: failpoint(env, 'broker.before-append'),
    beforeAck: failpoint(env, 'broker.after-append-before-ack'),
  })
  const subscribing = new Subscribing({ refuse, now })
  const aedes = new Aedes({
    persistence: sessions,
    heartbeatInterval: options.heartbeatInterval ?? HEARTBEAT_INTERVAL,
    keepaliveLimit: KEEPALIVE_LIMIT,
    connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
    drainTimeout: options.drainTimeout ?? DRAIN_TIMEOUT,
    maxClientsIdLength: 128,
    maxTopicLevels: 10,
    preConnect: connections.preConnect as never,
    authenticate: connections.authenticate as never,
    authorizePublish: publishing.authorize as never,
    authorizeSubscribe: subscribing.authorize as never,
    authorizeForward: subscribing.forward as never,
  })
  const deliver = publishOnlyCommands(aedes, sessions)
  const delivery = new CommandDelivery({
    queue,
    canTake: (deviceId, topic) =>
      topic in (connections.get(deviceId)?.subscriptions ?? {}) ||
      (sessions.keeps(deviceId, topic) && sessions.queueLength(deviceId) < MAX_QUEUED_COMMANDS),
    publish: deliver,
    failed: (error) => quiet.warn('a command was not delivered', { error: error.message }),
    now,
  })
  const listeners = new Listeners({
    ...options,
    clientCertificates,
    accept: (connection, peer) => connections.accept(aedes, connection, peer),
    refuse: (reason, detail, address) => refuse({ reason, detail, deviceId: '', clientId: '', address }),
  })
  const metrics = new Metrics({
    journal: () => journal.stats(),
    connections: () => listeners.open,
    messages: () => publishing.messages,
    lostQos0: () => publishing.lostQos0,
    held: () => publishing.held,
    refusals: () => refusals.counts,
    unjournaledRefusals: () => refusals.unjournaled,
    commands: () => ({
      waiting: delivery.waiting,
      delivered: delivery.delivered,
      expired: delivery.expired + subscribing.expired,
      discarded: sessions.discarded,
    }),
    sessions: () => sessions.counts(),
    unsavedPresence: () => presence.unsaved,
  })
  const metricsServer = new MetricsServer(metrics.registry, () => health(journal, listeners, sessions))

  connections.listen(aedes)
  aedes.on('subscribe' as never, ((_: unknown, client: DeviceClient) => delivery.deliver(client.id)) as never)
  aedes.on(
    'error' as never,
    ((error: Error) => quiet.warn('broker error', { error: error.message })) as never,
  )
  return {
    journal,
    directory,
    queue,
    quiet,
    presence,
    listening,
    sessions,
    connections,
    revocation,
    clientCertificates,
    certificateProblem,
    delivery,
    aedes,
    listeners,
    metricsServer,
    unstored,
  }
}

export type BrokerParts = ReturnType<typeof wireBroker>

/** The session store's side of Aedes' inbound QoS 2 bookkeeping. */
function isWaitingForRelease(
  sessions: SessionStore,
  client: DeviceClient,
  packet: PublishPacket,
): Promise<boolean> {
  return sessions.incomingGetPacket(client, packet).then(
    () => true,
    () => false,
  )
}

/**
 * Nobody subscribes to what devices publish: the backend reads the journal. So Aedes' own way of a publish (packet
 * copy, subscription lookup, two promises) is left out for it, but for the retained status. Returns the function
 * that publishes a command the whole way.
 */
function publishOnlyCommands(
  aedes: Aedes,
  sessions: SessionStore,
): (packet: { topic: string; payload: Buffer; messageExpiry: number }) => Promise<void> {
  const publish = aedes.publish.bind(aedes) as (packet: object, client: unknown, done?: Done) => void
  aedes.publish = ((packet: PublishPacket, client: unknown, done: Done) => {
    const finished = typeof client === 'function' ? (client as Done) : done
    if (packet.topic.startsWith('$SYS/')) publish(packet, client, done)
    else if (packet.retain) sessions.storeRetained(packet as never).then(() => finished(), finished)
    else finished()
  }) as never
  return (command) =>
    new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', qos: 1, retain: false, dup: false, ...command }
      publish(packet, (error?: Error | null) => (error ? reject(error) : resolve()))
    })
}

function health(journal: Journal, listeners: Listeners, sessions: SessionStore): Health {
  const { bytes, maxBytes, refusal, damaged } = journal.stats()
  return {
    status: refusal === undefined ? 'ok' : 'failing',
    connections: listeners.open,
    sessions: sessions.counts().sessions,
    journal: { bytes, maxBytes, damaged, refusal },
  }
}
