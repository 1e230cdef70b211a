import type { Holiday } from '@osprey/core/api/rules'
import { asc } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { holidays } from '../database/schema.ts'
import { invalidFields } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'

const ROWS_PER_STATEMENT = 1000

/** The public holidays that schedules of rules refer to, in memory. */
export class Holidays {
  /** Local dates, YYYY-MM-DD. Another set after every change. */
  dates: ReadonlySet<string> = new Set()
  private held: readonly Holiday[] = []
  private readonly listeners: (() => void)[] = []

  constructor(
    private readonly database: Database,
    private readonly registry: Pick<Registry, 'change'>,
    private readonly audit: Audit,
  ) {}

  async load(): Promise<void> {
    this.keep(await this.database.queries.select().from(holidays).orderBy(asc(holidays.date)))
  }

  /** By date. */
  list(): readonly Holiday[] {
    return this.held
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** Replaces them all. @throws ProblemException 400 when a date is named twice. */
  async save(wanted: readonly Holiday[]): Promise<readonly Holiday[]> {
    const seen = new Set<string>()
    const twice = wanted.flatMap(({ date }, index) => {
      if (!seen.has(date)) {
        seen.add(date)
        return []
      }
      return [{ field: `holidays.${index}.date`, value: date, expected: 'each date once' }]
    })
    if (twice.length > 0) throw invalidFields(twice.slice(0, 100))
    const sorted = [...wanted].sort((one, other) => (one.date < other.date ? -1 : 1))
    await this.registry.change(
      async (transaction) => {
        await transaction.delete(holidays)
        for (let at = 0; at < sorted.length; at += ROWS_PER_STATEMENT) {
          await transaction.insert(holidays).values(sorted.slice(at, at + ROWS_PER_STATEMENT))
        }
        await this.audit.record(transaction, {
          action: 'holidays.saved',
          object: { kind: 'holidays', id: 'all' },
          before: this.held,
          after: sorted,
        })
      },
      () => {
        this.keep(sorted)
        for (const listener of this.listeners) listener()
      },
    )
    return this.held
  }

  private keep(sorted: readonly Holiday[]): void {
    this.held = sorted
    this.dates = new Set(sorted.map(({ date }) => date))
  }
}
