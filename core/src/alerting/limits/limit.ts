/** Legal limits as dated reference data: a value belongs to a standard, a phase, a class and an averaging time. */

/** How a standard averages before it compares. `instant` is the single sample; `day` and `night` are parts of the day. */
export const AVERAGINGS = [
  'annual',
  'peak season',
  'quarter',
  '24h',
  'max daily 8h',
  '8h',
  '1h',
  '15min',
  '10min',
  'instant',
  'day',
  'night',
] as const
export type Averaging = (typeof AVERAGINGS)[number]

/** Which values are worse than the limit: above `up`, below `down`, outside the `band`. Equal to it never is. */
export type LimitDirection = 'up' | 'down' | 'band'

interface LimitFacts {
  /** `standard / class / parameter / averaging`; phases of one limit share the name. */
  readonly name: string
  readonly standard: string
  /** Table, annex or section. */
  readonly clause: string
  /** First and last local date, YYYY-MM-DD, on which it is in force; null is open. */
  readonly from: string | null
  readonly to: string | null
  /** Functional class of the place or kind of threshold; null where the standard has none. */
  readonly class: string | null
  /** Whether the class is that of a station, so that `*` can stand for it. */
  readonly classOf: 'station' | 'threshold'
  /** As the standard names it. */
  readonly parameter: string
  /** Observed property it applies to; null when the catalogue has none. */
  readonly property: string | null
  readonly averaging: Averaging
  /** UCUM. */
  readonly unit: string
  /** Values are rounded half to even to so many decimals of this unit before they are judged; null: as they are. */
  readonly decimals: number | null
  readonly note: string
  /** The publication the values come from. */
  readonly source: string
}

export type Limit = LimitFacts &
  (
    | { readonly direction: 'up' | 'down'; readonly value: number }
    | { readonly direction: 'band'; readonly low: number; readonly high: number }
  )

/** What the rows of one table of a standard have in common. */
export interface LimitTable {
  readonly standard: string
  readonly clause: string
  readonly classOf: 'station' | 'threshold'
  readonly source: string
}

/** A parameter with the property, the unit and the decimals it is judged in. */
export interface LimitParameter {
  readonly parameter: string
  readonly property: string | null
  readonly unit: string
  readonly decimals: number | null
  readonly direction?: LimitDirection
}

/** One row of a table: the values of all its classes. */
export interface LimitRow {
  readonly of: LimitParameter
  readonly averaging: Averaging
  /** In the order of the classes. A pair is a band. */
  readonly values: readonly (number | readonly [low: number, high: number])[]
  readonly note?: string
}

/** Spreads rows over the classes of a table, for one phase. */
export function tabulate(
  table: LimitTable,
  phase: { from: string | null; to: string | null },
  classes: readonly (string | null)[],
  rows: readonly LimitRow[],
): Limit[] {
  return rows.flatMap(({ of, averaging, values, note = '' }) =>
    values.map((value, index): Limit => {
      const name = [table.standard, classes[index] ?? NO_CLASS, of.parameter, averaging].join(' / ')
      const facts: LimitFacts = {
        name,
        standard: table.standard,
        clause: table.clause,
        from: phase.from,
        to: phase.to,
        class: classes[index] ?? null,
        classOf: table.classOf,
        parameter: of.parameter,
        property: of.property,
        averaging,
        unit: of.unit,
        decimals: of.decimals,
        note,
        source: table.source,
      }
      if (typeof value !== 'number') return { ...facts, direction: 'band', low: value[0], high: value[1] }
      return { ...facts, direction: of.direction === 'down' ? 'down' : 'up', value }
    }),
  )
}

/** Stands in a name where the standard has no classes. */
export const NO_CLASS = '-'
/** Stands in the limit of a rule for the class of the station. */
export const STATION_CLASS = '*'
