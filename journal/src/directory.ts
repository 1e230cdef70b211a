import type { Database } from 'lmdb'
import { Environment } from './environment.ts'

/** What the broker needs to know to let a device in. */
export interface DeviceRecord {
  id: string
  /** SHA-256 of the secret, lower-case hex. */
  secretHash: string
  disabled: boolean
  /** Epoch milliseconds of the last change of the secret. */
  rotatedAt: number
  /** How the device proves who it is. */
  authentication: 'secret' | 'certificate' | 'either'
}

/** Records written before certificates were known have no `authentication`. */
type StoredDevice = Omit<DeviceRecord, 'authentication'> & Partial<DeviceRecord> & { version: number }

/** Every device that may log in. The backend writes, the broker reads and follows the changes. */
export class DeviceDirectory {
  readonly #environment: Environment
  readonly #devices: Database<StoredDevice | { version: number; removed: true }, string>
  readonly #changes: Database<string, number>

  private constructor(environment: Environment) {
    this.#environment = environment
    this.#devices = environment.root.openDB('devices', { encoding: 'msgpack' })
    this.#changes = environment.root.openDB('device_changes', { encoding: 'string' })
  }

  /** Opens the directory kept in the journal folder `path`. */
  static open(path: string): DeviceDirectory {
    return new DeviceDirectory(Environment.open(path))
  }

  /** Adds or replaces the device; resolves when durable. */
  put(record: DeviceRecord): Promise<void> {
    return this.putAll([record])
  }

  /** Adds or replaces many devices in one transaction. */
  async putAll(records: readonly DeviceRecord[]): Promise<void> {
    await this.#devices.transaction(() => {
      for (const record of records)
        this.#write(record.id, (version) => ({
          id: record.id,
          secretHash: record.secretHash,
          disabled: record.disabled,
          rotatedAt: record.rotatedAt,
          authentication: record.authentication,
          version,
        }))
    })
  }

  get(id: string): DeviceRecord | undefined {
    this.#devices.resetReadTxn()
    const found = this.#devices.get(id)
    if (!found || 'removed' in found) return undefined
    const { version: _version, authentication = 'secret', ...record } = found
    return { ...record, authentication }
  }

  async remove(id: string): Promise<void> {
    await this.#devices.transaction(() => {
      const found = this.#devices.get(id)
      if (found && !('removed' in found)) this.#write(id, (version) => ({ version, removed: true }))
    })
  }

  /** Ids changed or removed after `version`, oldest change first, and the version to ask from next time. */
  changesSince(version: number): { version: number; ids: string[] } {
    this.#changes.resetReadTxn()
    const ids: string[] = []
    let newest = version
    for (const { key, value } of this.#changes.getRange({ start: version + 1 })) {
      ids.push(value)
      newest = key
    }
    return { version: newest, ids }
  }

  version(): number {
    this.#changes.resetReadTxn()
    return this.#newest()
  }

  async close(): Promise<void> {
    await this.#environment.release()
  }

  #newest(): number {
    for (const key of this.#changes.getKeys({ reverse: true, limit: 1 })) return key
    return 0
  }

  /** Inside a transaction: stores the device under a new version and forgets its former change. */
  #write(id: string, make: (version: number) => StoredDevice | { version: number; removed: true }): void {
    const version = this.#newest() + 1
    const former = this.#devices.get(id)
    if (former) this.#changes.remove(former.version)
    this.#devices.put(id, make(version))
    this.#changes.put(version, id)
  }
}
