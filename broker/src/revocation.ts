import type { DeviceRecord } from '@osprey/journal/directory'

export interface RevocationOptions {
  directory: {
    version(): number
    changesSince(version: number): { version: number; ids: string[] }
    get(id: string): DeviceRecord | undefined
  }
  /** SHA-256 of the secret the device logged in with, when it is connected. */
  secretHashOf(deviceId: string): string | undefined
  /** The device may no longer be connected. */
  end(deviceId: string): void
  /** The device is no longer registered. */
  removed(deviceId: string): void
}

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

  /** Whether a login with this secret still holds; a change may come between the check and the registration. */
  holds(deviceId: string, secretHash: string): boolean {
    const device = this.#options.directory.get(deviceId)
    return device !== undefined && !device.disabled && device.secretHash === secretHash
  }

  #check(id: string): void {
    const secretHash = this.#options.secretHashOf(id)
    if (secretHash !== undefined && !this.holds(id, secretHash)) this.#options.end(id)
    if (this.#options.directory.get(id) === undefined) this.#options.removed(id)
  }
}
