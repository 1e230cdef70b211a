import { createHash, randomBytes } from 'node:crypto'
import { type DeviceInput, type DevicePatch, type DeviceSecret, MAX_DEVICES } from '@osprey/core/api'
import { conversion } from '@osprey/core/units'
import type { DeviceDirectory, DeviceRecord } from '@osprey/journal/directory'
import { eq, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Transaction } from '../database/database.ts'
import { deviceStations, devices, presence, rejectedMessages } from '../database/schema.ts'
import { conflict, invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import type { Ledger } from '../pipeline/ledger.ts'
import type { Territory } from '../territory/territory.ts'
import { auditedDevice } from './audited.ts'
import type { PresenceBoard } from './presence.ts'
import type { Device, Registry } from './registry.ts'

const ROWS_PER_STATEMENT = 1000

/**
 * Devices and their credentials. PostgreSQL holds the list; the directory beside the journal is the copy the
 * broker lets devices in by, written after every commit and compared at every start.
 */
export class Devices {
  /** Changed in PostgreSQL while the directory could not be written; retried by `syncRest`. */
  private readonly unsynced = new Set<string>()
  private readonly removalListeners: ((id: string) => void)[] = []

  constructor(
    private readonly registry: Registry,
    private readonly presence: Pick<PresenceBoard, 'get' | 'forget'>,
    private readonly ledger: Pick<Ledger, 'device'>,
    private readonly directory: DeviceDirectory,
    private readonly audit: Audit,
    private readonly log: Logger,
  ) {}

  /** Makes the directory equal to the registry: what a crash between the two writes left behind. */
  async start(): Promise<void> {
    const wrong = [...this.registry.devices.values()].map(recordOf).filter((record) => {
      const held = this.directory.get(record.id)
      return !held || JSON.stringify(held) !== JSON.stringify(record)
    })
    if (wrong.length > 0) await this.directory.putAll(wrong)
    for (const id of this.directory.changesSince(0).ids) {
      if (!this.registry.devices.has(id) && this.directory.get(id)) await this.directory.remove(id)
    }
  }

  /** What lies outside the territory of whoever asks does not exist for them. */
  get(id: string, territory: Territory): Device {
    const device = this.registry.devices.get(id)
    if (!device || !territory.hasDevice(id)) throw notFound('device', id)
    return device
  }

  /** Creates all of them, or none. The secrets are returned this once and kept only as hashes. */
  async create(inputs: readonly DeviceInput[], territory: Territory): Promise<DeviceSecret[]> {
    const secrets = inputs.map(({ id }) => ({ id, secret: newSecret() }))
    const rows = await this.registry.change(
      async (transaction) => {
        this.checkNew(inputs, territory)
        if (!territory.whole) await this.checkPast(transaction, inputs)
        const created = await insertDevices(transaction, inputs, secrets)
        await this.audit.record(transaction, ...created.map((device) => saved('device.created', device)))
        return created
      },
      (created) => {
        for (const device of created) this.registry.applyDevice(device)
      },
    )
    // Not an error to the caller, who would lose the secrets: the broker is told as soon as it can be.
    await this.sync(rows.map(({ id }) => id))
    return secrets
  }

  async update(id: string, patch: DevicePatch, territory: Territory): Promise<Device> {
    const device = await this.registry.change(
      async (transaction) => {
        const before = this.get(id, territory)
        if (patch.stations) this.checkStations(patch.stations, 'stations', territory)
        if (patch.units) this.checkUnits(patch.units, 'units')
        const after: Device = {
          ...before,
          disabled: patch.disabled ?? before.disabled,
          authentication: patch.authentication ?? before.authentication,
          units: patch.units ?? before.units,
          stations: patch.stations ? [...new Set(patch.stations)] : before.stations,
        }
        await transaction
          .update(devices)
          .set({ disabled: after.disabled, authentication: after.authentication, units: after.units })
          .where(eq(devices.id, id))
        if (patch.stations) {
          await transaction.delete(deviceStations).where(eq(deviceStations.device, id))
          await insertAll(transaction, linksOf(after))
        }
        await this.audit.record(transaction, saved('device.changed', after, before))
        return after
      },
      (changed) => this.registry.applyDevice(changed),
    )
    await this.told([id])
    return device
  }

  /** A new secret; the old one ends at once, and with it the device's connection. */
  async rotate(id: string, territory: Territory): Promise<DeviceSecret> {
    const secret = newSecret()
    await this.registry.change(
      async (transaction) => {
        const before = this.get(id, territory)
        const changed = { ...before, secretHash: hashSecret(secret), rotatedAt: new Date() }
        await transaction
          .update(devices)
          .set({ secretHash: changed.secretHash, rotatedAt: changed.rotatedAt })
          .where(eq(devices.id, id))
        await this.audit.record(transaction, saved('device.rotated', changed, before))
        return changed
      },
      (changed) => this.registry.applyDevice(changed),
    )
    await this.sync([id])
    return { id, secret }
  }

  /** Its account in the ledger stays, for the totals; of the rest nothing is left to whoever takes its id next. */
  async remove(id: string, territory: Territory): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        const before = auditedDevice(this.get(id, territory))
        await transaction.delete(devices).where(eq(devices.id, id))
        await transaction.delete(presence).where(eq(presence.device, id))
        await transaction.delete(rejectedMessages).where(eq(rejectedMessages.device, id))
        await this.audit.record(transaction, {
          action: 'device.removed',
          object: { kind: 'device', id },
          before,
        })
      },
      () => {
        this.registry.applyDeviceRemoval(id)
        this.presence.forget(id)
        for (const listener of this.removalListeners) listener(id)
      },
    )
    await this.told([id])
  }

  /** `listener` is called with the id of every device that was removed. */
  onRemoved(listener: (id: string) => void): void {
    this.removalListeners.push(listener)
  }

  /** Writes to the directory what an earlier attempt could not. */
  async syncRest(): Promise<void> {
    if (this.unsynced.size > 0) await this.sync([...this.unsynced])
  }

  /** A disabled device keeps its session until the broker knows, so whoever disables it must learn that. */
  private async told(ids: readonly string[]): Promise<void> {
    if (await this.sync(ids)) return
    throw new ProblemException(
      503,
      'the change is saved but the broker has not been told yet; this is being retried',
    )
  }

  private async sync(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) this.unsynced.add(id)
    const present = ids.flatMap((id) => this.registry.devices.get(id) ?? [])
    try {
      if (present.length > 0) await this.directory.putAll(present.map(recordOf))
      for (const id of ids) if (!this.registry.devices.has(id)) await this.directory.remove(id)
      for (const id of ids) this.unsynced.delete(id)
      return true
    } catch (error) {
      this.log.error({ err: error, devices: ids.length }, 'device directory not written, will be retried')
      return false
    }
  }

  private checkNew(inputs: readonly DeviceInput[], territory: Territory): void {
    if (this.registry.devices.size + inputs.length > MAX_DEVICES) {
      throw new ProblemException(409, `at most ${MAX_DEVICES} devices can be registered`)
    }
    const seen = new Set<string>()
    for (const [index, input] of inputs.entries()) {
      const at = inputs.length > 1 ? `devices.${index}.` : ''
      if (this.registry.devices.has(input.id)) throw conflict('device', input.id)
      if (seen.has(input.id)) throw invalid(`${at}id`, input.id, 'an id named once')
      seen.add(input.id)
      this.checkStations(input.stations, `${at}stations`, territory)
      if (input.units) this.checkUnits(input.units, `${at}units`)
    }
  }

  /**
   * With the id of a removed device its past would be taken over, which may lie outside the territory. What comes in
   * late may have left something even after the removal.
   */
  private async checkPast(transaction: Transaction, inputs: readonly DeviceInput[]): Promise<void> {
    const known = inputs.find(({ id }) => this.ledger.device(id) || this.presence.get(id))
    if (known) throw conflict('device', known.id)
    const ids = sql.param(inputs.map(({ id }) => id))
    const [rejected] = await transaction
      .select({ device: rejectedMessages.device })
      .from(rejectedMessages)
      .where(sql`${rejectedMessages.device} = any(${ids})`)
      .limit(1)
    if (rejected) throw conflict('device', rejected.device)
  }

  /** A device without stations belongs to the whole territory: whoever has less would not see it again. */
  private checkStations(ids: readonly string[], field: string, territory: Territory): void {
    if (ids.length === 0 && !territory.whole) throw invalid(field, ids, 'at least one station')
    const isKnown = (id: string) => this.registry.stations.has(id) && territory.hasStation(id)
    const unknown = ids.filter((id) => !isKnown(id)).slice(0, 20)
    if (unknown.length === 0) return
    throw invalidFields(unknown.map((value) => ({ field, value, expected: 'the id of an existing station' })))
  }

  /** A unit that does not convert would reject every reading; better to hear of it here. */
  private checkUnits(units: Record<string, string>, field: string): void {
    for (const [id, unit] of Object.entries(units)) {
      const property = this.registry.properties.get(id)
      if (!property) throw invalid(`${field}.${id}`, id, 'the id of an observed property')
      const converted = conversion(unit, property)
      if (!converted.ok) {
        throw invalid(
          `${field}.${id}`,
          unit,
          `a UCUM unit that converts to ${property.unit}: ${converted.detail}`,
        )
      }
    }
  }
}

function saved(action: AuditEvent['action'], device: Device, before?: Device): AuditEvent {
  return {
    action,
    object: { kind: 'device', id: device.id },
    before: before && auditedDevice(before),
    after: auditedDevice(device),
  }
}

/** Never begins with a hyphen: a spreadsheet would take a credentials file's cell for a formula. */
function newSecret(): string {
  const secret = randomBytes(32).toString('base64url')
  return secret.startsWith('-') ? newSecret() : secret
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function recordOf({ id, secretHash, disabled, rotatedAt, authentication }: Device): DeviceRecord {
  return { id, secretHash, disabled, rotatedAt: rotatedAt.getTime(), authentication }
}

function linksOf({ id, stations }: Pick<Device, 'id' | 'stations'>) {
  return stations.map((station, position) => ({ device: id, station, position }))
}

async function insertDevices(
  transaction: Transaction,
  inputs: readonly DeviceInput[],
  secrets: readonly DeviceSecret[],
): Promise<Device[]> {
  const created: Device[] = []
  for (let at = 0; at < inputs.length; at += ROWS_PER_STATEMENT) {
    const part = inputs.slice(at, at + ROWS_PER_STATEMENT)
    const rows = await transaction
      .insert(devices)
      .values(
        part.map(({ id, units, authentication }, index) => ({
          id,
          units: units ?? {},
          authentication: authentication ?? 'secret',
          secretHash: hashSecret((secrets[at + index] as DeviceSecret).secret),
        })),
      )
      .returning()
    for (const [index, row] of rows.entries()) {
      created.push({ ...row, stations: [...new Set((part[index] as DeviceInput).stations)] })
    }
  }
  await insertAll(transaction, created.flatMap(linksOf))
  return created
}

async function insertAll(transaction: Transaction, links: ReturnType<typeof linksOf>): Promise<void> {
  for (let at = 0; at < links.length; at += ROWS_PER_STATEMENT) {
    await transaction.insert(deviceStations).values(links.slice(at, at + ROWS_PER_STATEMENT))
  }
}
