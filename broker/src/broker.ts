import { deviceTopic } from '@osprey/core/topics'
import type { DeviceClient } from './device-client.ts'
import { MARK_INTERVAL } from './listening.ts'
import type { BrokerOptions } from './options.ts'
import { type BrokerParts, wireBroker } from './wiring.ts'

export interface Broker {
  mqttPort: number
  webSocketPort: number | null
  metricsPort: number
  /** Resolves when the broker cannot go on and the process should end. */
  failed: Promise<Error>
  /** Takes nothing more, finishes what was received, acknowledges it and closes. */
  stop(): Promise<void>
}

const POLL_INTERVAL = 250
const CERTIFICATE_INTERVAL = 1000
const SESSION_EXPIRY = 7 * 24 * 3600_000
const SWEEP_INTERVAL = 600_000
const STOP_DEADLINE = 5000

/** Starts the broker; resolves when all ports are open. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const parts = wireBroker(options)
  const { logger } = options
  reportRepairs(parts, options)
  await parts.aedes.listen()
  reportLost(parts)
  void parts.listening.look()
  const ports = await parts.listeners.start()
  const metricsPort = await parts.metricsServer.start(options.metricsPort)
  const { timers, failed } = startTimers(parts, options)
  logger.info({ ...ports, metricsPort }, 'broker started')
  return {
    ...ports,
    metricsPort,
    failed,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await stopParts(parts)
      logger.info('broker stopped')
    },
  }
}

function reportRepairs({ journal, sessions }: BrokerParts, { logger }: BrokerOptions): void {
  if (journal.salvage)
    logger.error({ salvage: journal.salvage }, 'the journal was damaged and has been repaired')
  if (sessions.putAside)
    logger.error({ keptAs: sessions.putAside }, 'stored sessions were damaged and begin anew')
}

/** Whoever was connected when an earlier process ended is not connected any more. */
function reportLost({ sessions, presence, unstored }: BrokerParts): void {
  for (const deviceId of sessions.whoWasOnline()) {
    presence.lost(deviceId)
    sessions.markOffline(deviceId).catch(unstored)
  }
}

function startTimers(
  parts: BrokerParts,
  options: BrokerOptions,
): { timers: NodeJS.Timeout[]; failed: Promise<Error> } {
  const { revocation, delivery, journal, quiet, unstored } = parts
  const { now = Date.now, pollInterval = POLL_INTERVAL, sessionExpiry = SESSION_EXPIRY } = options
  const timers: NodeJS.Timeout[] = []
  const failed = new Promise<Error>((resolve) => {
    const poll = () => {
      try {
        revocation.poll()
        delivery.poll()
      } catch (error) {
        quiet.warn('polling failed', { error: (error as Error).message })
      }
      if (journal.ended) resolve(journal.ended)
    }
    timers.push(setInterval(poll, pollInterval))
  })
  timers.push(setInterval(() => void parts.listening.look(), options.markInterval ?? MARK_INTERVAL))
  if (parts.clientCertificates) {
    const failed = (error: Error) =>
      quiet.warn('device certificates cannot be checked', { error: error.message })
    const check = () => checkCertificates(parts).catch(failed)
    timers.push(setInterval(check, options.certificateInterval ?? CERTIFICATE_INTERVAL))
  }
  const sweep = () => forgetOldSessions(parts, now() - sessionExpiry).catch(unstored)
  timers.push(setInterval(sweep, options.sweepInterval ?? SWEEP_INTERVAL))
  return { timers, failed }
}

/**
 * Follows the files of authorities and revocations, and ends the sessions whose certificate no longer holds. Where
 * that cannot be told without a handshake they end too: each device that still may returns and is judged anew.
 */
async function checkCertificates(parts: BrokerParts): Promise<void> {
  const { clientCertificates, certificateProblem, listeners, connections, quiet } = parts
  const change = await clientCertificates?.look().catch((error: Error) => {
    quiet.warn('the authorities and revocations of device certificates cannot be read', {
      error: error.message,
    })
  })
  if (change === 'authorities' || change === 'revocations') listeners.trustAnew()
  for (const { session } of connections.all()) {
    if (!session?.certificate) continue
    const unsure = change === 'revocations' && !session.certificate.followed
    if (change === 'authorities' || unsure || certificateProblem(session))
      connections.end(session.deviceId, 'certificate_ended')
  }
}

/** Deletes the stored sessions of devices that have been away since before `before`. */
async function forgetOldSessions({ sessions, connections }: BrokerParts, before: number): Promise<void> {
  for (const { id, seenAt } of sessions.sessions())
    if (seenAt < before && !connections.get(id)) await sessions.forget(id, deviceTopic(id, 'status'))
}

/** In order: no new connections, no more reading, everything received on disk, acknowledged, written out, closed. */
async function stopParts(parts: BrokerParts): Promise<void> {
  const { listeners, listening, connections, journal, aedes, presence, metricsServer, sessions } = parts
  const { queue, directory } = parts
  listeners.stop()
  await listening.stop()
  for (const client of connections.all()) client.pause()
  await journal.settled()
  await listeners.flush(performance.now() + STOP_DEADLINE)
  sessions.keepWills()
  for (const client of connections.all()) leaveForRestart(client)
  await new Promise<void>((resolve) => aedes.close(resolve))
  listeners.destroyAll()
  presence.stop()
  metricsServer.stop()
  await sessions.destroy()
  await Promise.all([queue.close(), directory.close(), journal.close()])
}

/** The will stays on disk: the next process publishes it when the device does not return. */
function leaveForRestart(client: DeviceClient): void {
  client.will = null
  if (client.session) client.session.endReason ??= 'broker_stopping'
}
