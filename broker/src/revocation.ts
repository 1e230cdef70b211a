import type { DeviceRecord } from '@osprey/journal/directory'
import type { Session } from './device-client.ts'

export interface RevocationOptions {
  directory: {
    version(): number
    changesSince(version: number): { version: number; ids: string[] }
    get(id: string): DeviceRecord | undefined
  }
  /** The session of the device, when it is connected. */
  sessionOf(deviceId: string): Credentials | undefined
  /** The device may no longer be connected. */
  end(deviceId: string): void
  /** The device is no longer registered. */
  removed(deviceId: string): void
}

/** With what a device logged in. */
export type Credentials = Pick<Session, 'deviceId' | 'secretHash' | 'certificate'>

/** Ends the sessions of devices whose secret was rotated, or that were disabled or removed. */
export class Revocation {
  readonly #options: RevocationOptions
  #version: number

  constructor(options: RevocationOptions) {
    this.#options = options
    this.#version = options.directory.version()
  }

  /** Looks at what changed since the last look. */
  poll(): void {
    const { version, ids } = this.#options.directory.changesSince(this.#version)
    for (const id of ids) this.#check(id)
    this.#version = version
  }

  /** Whether the login still holds; a change may come between the check and the registration. */
  holds({ deviceId, secretHash, certificate }: Credentials): boolean {
    const device = this.#options.directory.get(deviceId)
    if (!device || device.disabled) return false
    if (certificate) return device.authentication !== 'secret'
    return device.authentication !== 'certificate' && device.secretHash === secretHash
  }

  #check(id: string): void {
    const session = this.#options.sessionOf(id)
    if (session && !this.holds(session)) this.#options.end(id)
    if (this.#options.directory.get(id) === undefined) this.#options.removed(id)
  }
}
