import { randomUUID } from 'node:crypto'
import { silenceState } from '@osprey/core/alerting/noise'
import type { SilenceInput, silencePatch } from '@osprey/core/api/alerts'
import { desc, eq, gt, lte, type SQL } from 'drizzle-orm'
import type { z } from 'zod'
import { storableId } from '../alerts/alert-reader.ts'
import { currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { silences } from '../database/schema.ts'
import { invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import { jurisdictionErrors, type Referred, scopeErrors } from '../rules/check-definition.ts'
import type { Holidays } from '../rules/holidays.ts'
import type { Rules } from '../rules/rules.ts'
import type { Territory } from '../territory/territory.ts'
import { inputOf, recordOf, type SilenceRecord, type SilenceRow } from './silence-record.ts'

/** Silences that are not over; every alert is compared with each. */
export const MAX_SILENCES = 1000
/** Ended ones that stay listed, the newest. */
export const LISTED_EXPIRED = 300
const MAX_LENGTH = 366 * 86_400_000

type SilencePatch = z.infer<typeof silencePatch>

export interface SilencesOptions {
  database: Database
  registry: Registry
  referred: Referred
  rules: Pick<Rules, 'within'>
  holidays: Pick<Holidays, 'dates'>
  audit: Audit
  now: () => number
}

/**
 * The silences; those that are not over are in memory. As with the registry, and in turn with it, a change is committed
 * to PostgreSQL first and applied here after.
 */
export class Silences {
  private readonly held = new Map<string, SilenceRecord>()
  private readonly listeners: (() => Promise<void>)[] = []

  constructor(private readonly options: SilencesOptions) {}

  async load(): Promise<void> {
    const rows = await this.options.database.queries
      .select()
      .from(silences)
      .where(gt(silences.endsAt, new Date(this.options.now())))
    for (const row of rows) this.held.set(row.id, recordOf(row))
  }

  /** `listener` is called after a change is committed, and waited for. */
  onChange(listener: () => Promise<void>): void {
    this.listeners.push(listener)
  }

  /** Those that hold now. Forgets what is over. */
  active(): SilenceRecord[] {
    const now = this.options.now()
    const active: SilenceRecord[] = []
    for (const silence of this.held.values()) {
      const state = silenceState(silence, this.options.holidays.dates, now)
      if (state === 'active') active.push(silence)
      if (state === 'expired') this.held.delete(silence.id)
    }
    return active
  }

  stateOf(silence: SilenceRecord): 'pending' | 'active' | 'expired' {
    return silenceState(silence, this.options.holidays.dates, this.options.now())
  }

  /** All that are not over and the newest of the others, the last to end first. */
  async list(): Promise<SilenceRecord[]> {
    const now = new Date(this.options.now())
    const rows = (which: SQL) =>
      this.options.database.queries
        .select()
        .from(silences)
        .where(which)
        .orderBy(desc(silences.endsAt), desc(silences.id))
    const [current, ended] = await Promise.all([
      rows(gt(silences.endsAt, now)),
      rows(lte(silences.endsAt, now)).limit(LISTED_EXPIRED),
    ])
    return [...current, ...ended].map(recordOf)
  }

  /** Of the whole territory, or of a jurisdiction inside. */
  isVisible({ jurisdiction }: SilenceRecord, territory: Territory): boolean {
    return jurisdiction === null || territory.hasJurisdiction(jurisdiction)
  }

  /** @throws ProblemException 400 naming the fields, 409 when there are too many. */
  async create(input: SilenceInput, territory: Territory): Promise<SilenceRecord> {
    const { registry, audit } = this.options
    const record = await registry.change(
      async (transaction) => {
        this.check(input, territory)
        if (this.held.size >= MAX_SILENCES) this.active()
        if (this.held.size >= MAX_SILENCES) {
          throw new ProblemException(409, `at most ${MAX_SILENCES} silences can be kept; end one first`)
        }
        const { startsAt, endsAt, ...rest } = input
        const [row] = await transaction
          .insert(silences)
          .values({
            ...rest,
            id: randomUUID(),
            author: currentActor().name,
            startsAt: new Date(startsAt),
            endsAt: new Date(endsAt),
            createdAt: new Date(this.options.now()),
          })
          .returning()
        const made = recordOf(row as SilenceRow)
        await audit.record(transaction, {
          action: 'silence.created',
          object: { kind: 'silence', id: made.id },
          after: inputOf(made),
        })
        return made
      },
      (made) => this.held.set(made.id, made),
    )
    await this.tell()
    return record
  }

  /** @throws ProblemException 404, 403, 400, 409 when it is over. */
  update(id: string, { endsAt, reason }: SilencePatch, territory: Territory): Promise<SilenceRecord> {
    return this.change(id, territory, (before) => {
      if (endsAt !== undefined) checkEnd(before.startsAt, endsAt, this.options.now())
      return {
        reason: reason ?? before.reason,
        endsAt: endsAt === undefined ? new Date(before.endsAt) : new Date(endsAt),
      }
    })
  }

  /** It stays listed, and who ended it. @throws ProblemException 404, 403, 409 when it is over. */
  end(id: string, territory: Territory): Promise<SilenceRecord> {
    return this.change(id, territory, () => ({
      endsAt: new Date(this.options.now()),
      endedBy: currentActor().name,
    }))
  }

  private async change(
    id: string,
    territory: Territory,
    judge: (before: SilenceRecord) => Partial<Pick<SilenceRow, 'reason' | 'endsAt' | 'endedBy'>>,
  ): Promise<SilenceRecord> {
    const record = await this.options.registry.change(
      async (transaction) => {
        const before = await this.changeable(transaction, id, territory)
        const [row] = await transaction
          .update(silences)
          .set(judge(before))
          .where(eq(silences.id, id))
          .returning()
        const after = recordOf(row as SilenceRow)
        await this.options.audit.record(transaction, {
          action: 'silence.changed',
          object: { kind: 'silence', id },
          before: { ...inputOf(before), endedBy: before.endedBy },
          after: { ...inputOf(after), endedBy: after.endedBy },
        })
        return after
      },
      (after) => this.held.set(id, after),
    )
    await this.tell()
    return record
  }

  private async changeable(
    transaction: Transaction,
    id: string,
    territory: Territory,
  ): Promise<SilenceRecord> {
    const [row] = await transaction
      .select()
      .from(silences)
      .where(eq(silences.id, storableId(id)))
      .for('update')
    const silence = row && recordOf(row)
    if (!silence || !this.isVisible(silence, territory)) throw notFound('silence', id)
    if (silence.jurisdiction === null && !territory.whole) {
      throw new ProblemException(
        403,
        'this silence is of the whole territory: only who has all of it may change it',
      )
    }
    if (silence.endsAt <= this.options.now()) {
      throw new ProblemException(409, `this silence is over since ${new Date(silence.endsAt).toISOString()}`)
    }
    return silence
  }

  private check(input: SilenceInput, territory: Territory): void {
    const { jurisdiction, scope, rules, startsAt, endsAt } = input
    if (jurisdiction === null && !territory.whole) {
      throw invalid('jurisdiction', null, 'the id of one of your jurisdictions')
    }
    const { referred } = this.options
    const visible = new Set(this.options.rules.within(territory).map(({ id }) => id))
    const errors = [
      ...jurisdictionErrors(jurisdiction, territory, referred),
      ...scopeErrors({ scope }, territory, referred),
      ...(rules ?? []).flatMap((id, index) =>
        visible.has(id)
          ? []
          : [{ field: `rules.${index}`, value: id, expected: 'the id of an existing rule' }],
      ),
    ]
    if (errors.length > 0) throw invalidFields(errors.slice(0, 100))
    checkEnd(Date.parse(startsAt), endsAt, this.options.now())
  }

  private async tell(): Promise<void> {
    for (const listener of this.listeners) await listener()
  }
}

function checkEnd(startsAt: number, text: string, now: number): void {
  const endsAt = Date.parse(text)
  if (endsAt <= startsAt) throw invalid('endsAt', text, 'a time after its start')
  if (endsAt <= now) throw invalid('endsAt', text, 'a time that is still to come')
  if (endsAt - startsAt > MAX_LENGTH) throw invalid('endsAt', text, 'a time within a year of its start')
}
