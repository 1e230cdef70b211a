import { authorizePublish, parseDeviceTopic } from '@osprey/core/topics'
import type { JournalEntry } from '@osprey/journal/journal'
import type { PublishPacket } from 'aedes'
import { type DeviceClient, RecordedRefusal, type Session } from './device-client.ts'
import type { Refusal } from './refusals.ts'

type Callback = (error?: Error | null) => void

export interface PublishingOptions {
  append(entry: JournalEntry, done: (error: Error | null) => void): void
  refuse(refusal: Refusal): void
  /** Whether the QoS 2 message with this packet id is journaled already and waits for its release. */
  isStored(client: DeviceClient, packet: PublishPacket): Promise<boolean>
  now(): number
  /** Called with the seconds an append took, for one in SAMPLE. */
  timed(seconds: number): void
  /** Largest payload that may be retained, because retained messages stay as long as the device. */
  maxRetainedBytes: number
  beforeAppend: (() => void) | undefined
  beforeAck: (() => void) | undefined
}

const SAMPLE = 64

/**
 * Journal first, acknowledge after. Aedes writes PUBACK before it publishes; `authorizePublish` alone runs ahead of
 * it, so the append is here and Aedes is called back once the message is on disk, in the order of arrival
 * (MQTT-4.6.0-2). An error closes the connection without an acknowledgement and the device sends again.
 */
export class Publishing {
  /** Messages received by QoS. */
  readonly messages: [number, number, number] = [0, 0, 0]
  /** QoS 0 messages that could not be stored; they carry no promise, so the device is left alone. */
  lostQos0 = 0
  /** Messages handled later because the device sent faster than its rate. */
  held = 0
  readonly #options: PublishingOptions
  #untilSample = SAMPLE

  constructor(options: PublishingOptions) {
    this.#options = options
  }

  /** Aedes' authorizePublish; `client` is null for the will of an earlier broker process. */
  authorize = (client: DeviceClient | null, packet: PublishPacket, callback: Callback): void => {
    if (client === null) {
      this.#storeStaleWill(packet, callback)
      return
    }
    const { session } = client
    if (!session) {
      // What arrives behind a CONNECT that was refused: Aedes 1.2.0 reads on until the socket is closed.
      callback(new RecordedRefusal('not logged in'))
      return
    }
    this.messages[packet.qos]++
    const wait = packet === (client.will as unknown) ? 0 : session.rate.take(this.#options.now())
    if (wait === 0 && session.held.empty) this.#accept(client, session, packet, callback)
    else this.#hold(client, session, packet, wait, callback)
  }

  #hold(
    client: DeviceClient,
    session: Session,
    packet: PublishPacket,
    wait: number,
    callback: Callback,
  ): void {
    this.held++
    if (session.held.hold(wait, () => this.#accept(client, session, packet, callback))) return
    callback(
      this.#refuse(
        session,
        'rate_limited',
        `the device sends faster than ${session.rate.perSecond} messages/s`,
      ),
    )
  }

  #accept(client: DeviceClient, session: Session, packet: PublishPacket, callback: Callback): void {
    const { topic, retain, qos } = packet
    const isPlain = !retain && (topic === session.observationsTopic || topic === session.senmlTopic)
    const refusal = isPlain ? undefined : this.#judge(session, packet)
    if (refusal) callback(refusal)
    else if (qos === 2 && packet.dup) this.#storeUnlessStored(client, session, packet, callback)
    else this.#store(session, packet, callback)
  }

  #judge(session: Session, { topic, retain, payload }: PublishPacket): RecordedRefusal | undefined {
    const verdict = authorizePublish(session.deviceId, topic, { retain })
    if (!verdict.allowed) return this.#refuse(session, 'topic_denied', verdict.detail)
    const { maxRetainedBytes } = this.#options
    if (retain && payload.length > maxRetainedBytes)
      return this.#refuse(
        session,
        'packet_too_large',
        `a retained payload of ${payload.length} bytes, expected at most ${maxRetainedBytes}`,
      )
    return undefined
  }

  #refuse(session: Session, reason: Refusal['reason'], detail: string): RecordedRefusal {
    const { deviceId, clientId, address } = session
    this.#options.refuse({ reason, detail, deviceId, clientId, address })
    session.endReason ??= 'refused'
    return new RecordedRefusal(detail)
  }

  #store(session: Session, packet: PublishPacket, callback: Callback): void {
    this.#options.beforeAppend?.()
    this.#options.append(
      {
        kind: 'publish',
        receivedAt: this.#options.now(),
        deviceId: session.deviceId,
        topic: packet.topic,
        payload: packet.payload as Buffer,
        qos: packet.qos,
      },
      packet.qos === 0 ? this.#withoutPromise(callback) : this.#acknowledging(callback),
    )
  }

  /** The callback itself on nearly every message: no closure on the hot path. */
  #acknowledging(callback: Callback): (error: Error | null) => void {
    const { beforeAck } = this.#options
    this.#untilSample--
    if (this.#untilSample > 0 && !beforeAck) return callback
    this.#untilSample = SAMPLE
    const started = performance.now()
    return (error) => {
      this.#options.timed((performance.now() - started) / 1000)
      beforeAck?.()
      callback(error)
    }
  }

  #withoutPromise(callback: Callback): (error: Error | null) => void {
    return (error) => {
      if (error) this.lostQos0++
      callback(null)
    }
  }

  /** A repeated QoS 2 PUBLISH only asks for its PUBREC again (MQTT 3.1.1 clause 4.3.3). */
  #storeUnlessStored(
    client: DeviceClient,
    session: Session,
    packet: PublishPacket,
    callback: Callback,
  ): void {
    this.#options.isStored(client, packet).then((stored) => {
      if (stored) callback(null)
      else this.#store(session, packet, callback)
    }, callback)
  }

  /** Wills were judged at login: each is a status message of its device. */
  #storeStaleWill({ topic, payload, qos }: PublishPacket, callback: Callback): void {
    const found = parseDeviceTopic(topic)
    if (found?.kind !== 'status') {
      callback(null)
      return
    }
    const { deviceId } = found
    const receivedAt = this.#options.now()
    this.#options.append(
      { kind: 'publish', receivedAt, deviceId, topic, payload: payload as Buffer, qos },
      callback,
    )
  }
}
