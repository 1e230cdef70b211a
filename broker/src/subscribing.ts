import { authorizeSubscribe } from '@osprey/core/topics'
import type { AedesPublishPacket, Subscription } from 'aedes'
import type { DeviceClient } from './device-client.ts'
import type { Refusal } from './refusals.ts'

export interface SubscribingOptions {
  refuse(refusal: Refusal): void
  now(): number
}

/** Who may listen to what: a device to its own commands topic, nobody to anything else. */
export class Subscribing {
  /** Commands not delivered because their time was over. */
  expired = 0
  readonly #options: SubscribingOptions

  constructor(options: SubscribingOptions) {
    this.#options = options
  }

  /** Aedes' authorizeSubscribe: a denied filter is answered with 128 in SUBACK. */
  authorize = (
    { session }: DeviceClient,
    subscription: Subscription,
    callback: (error: Error | null, subscription?: Subscription | null) => void,
  ): void => {
    if (!session) {
      callback(new Error('not logged in'))
      return
    }
    const { deviceId, clientId, address } = session
    const verdict = authorizeSubscribe(deviceId, subscription.topic)
    if (!verdict.allowed)
      this.#options.refuse({
        reason: 'subscription_denied',
        detail: verdict.detail,
        deviceId,
        clientId,
        address,
      })
    callback(null, verdict.allowed ? subscription : null)
  }

  /**
   * Aedes' authorizeForward. The topic is judged again because a stored session can hold filters that were denied
   * (a SUBSCRIBE with one allowed and one denied filter stores both), and expired commands are left out.
   */
  forward = ({ session }: DeviceClient, packet: AedesPublishPacket): AedesPublishPacket | null => {
    if (!session || !authorizeSubscribe(session.deviceId, packet.topic).allowed) return null
    const { messageExpiry } = packet as { messageExpiry?: number }
    if (messageExpiry === undefined || messageExpiry > this.#options.now()) return packet
    this.expired++
    return null
  }
}
