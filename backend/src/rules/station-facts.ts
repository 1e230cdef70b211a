import { inScope } from '@osprey/core/alerting/scope'
import type { StationFacts } from '@osprey/core/alerting/types'
import type { RuleDefinition } from '@osprey/core/api/rules'
import type { Registry, Station } from '../registry/registry.ts'
import type { Areas } from '../territory/territories.ts'

/** What a rule applies to: a station and, where it compares two, the second one. */
export interface RuleTarget {
  readonly station: StationFacts
  readonly other: StationFacts | null
}

/** The parts of a rule that say where it applies. */
export interface Reaching {
  readonly jurisdiction: string | null
  readonly definition: Pick<RuleDefinition, 'scope' | 'pairs'>
}

interface Known {
  station: Station
  areas: readonly string[]
  facts: StationFacts
}

interface TargetsKnown {
  stations: readonly StationFacts[]
  jurisdiction: string | null
  targets: readonly RuleTarget[]
}

/**
 * Every registered station as rules see it. It follows registry and jurisdictions; the facts of a station that did
 * not change stay the same object, so that who keeps them can tell by identity.
 */
export class StationFactsBook {
  private known = new Map<string, Known>()
  private current: readonly StationFacts[] | undefined
  /** As told last: the same list as long as no station differs. */
  private before: readonly StationFacts[] = []
  /** By definition: what a rule applies to as long as no station differs. */
  private readonly targets = new WeakMap<object, TargetsKnown>()
  /** Areas are looked up once per position: a changed station is another object. */
  private areasOf = new WeakMap<Station, readonly string[]>()
  private readonly listeners: (() => void)[] = []

  constructor(
    private readonly registry: Pick<Registry, 'stations' | 'onChange'>,
    private readonly areas: Areas,
  ) {
    registry.onChange(() => this.changed())
    areas.onChange(() => {
      this.areasOf = new WeakMap()
      this.changed()
    })
  }

  /** `listener` is called after stations or jurisdictions may have changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  of(id: string): StationFacts | undefined {
    this.all()
    return this.known.get(id)?.facts
  }

  /** In the order of the registry. */
  all(): readonly StationFacts[] {
    if (this.current) return this.current
    const known = new Map<string, Known>()
    for (const station of this.registry.stations.values()) known.set(station.id, this.look(station))
    this.known = known
    const facts = [...known.values()].map(({ facts }) => facts)
    this.before = same(this.before, facts) ? this.before : facts
    this.current = this.before
    return this.current
  }

  /**
   * The stations a rule applies to now, each with the second one where it has pairs. Neither may lie outside the
   * jurisdiction the rule belongs to. The same list as before while nothing differs.
   */
  targetsOf(rule: Reaching): readonly RuleTarget[] {
    const { jurisdiction, definition } = rule
    const stations = this.all()
    const known = this.targets.get(definition)
    if (known?.stations === stations && known.jurisdiction === jurisdiction) return known.targets
    const targets = this.findTargets(rule)
    this.targets.set(definition, { stations, jurisdiction, targets })
    return targets
  }

  private findTargets({ jurisdiction, definition: { scope, pairs } }: Reaching): RuleTarget[] {
    const reached = ({ jurisdictions }: StationFacts) =>
      jurisdiction === null || jurisdictions.includes(jurisdiction)
    if (pairs === null) {
      // Those listed are looked up: searching a long list for every station would cost its square.
      const rest = { ...scope, stations: null }
      return this.candidates(scope.stations)
        .filter((station) => reached(station) && inScope(rest, station))
        .map((station) => ({ station, other: null }))
    }
    const targets = new Map<string, RuleTarget>()
    for (const pair of pairs) {
      const station = this.of(pair.station)
      const other = this.of(pair.other)
      if (!station || !other || !reached(station) || !reached(other) || !inScope(scope, station)) continue
      // One alert at a time per station: a second pair of the same one would be a second machine for it.
      if (!targets.has(station.id)) targets.set(station.id, { station, other })
    }
    return [...targets.values()]
  }

  private candidates(listed: readonly string[] | null): readonly StationFacts[] {
    if (listed === null) return this.all()
    return [...new Set(listed)].flatMap((id) => this.of(id) ?? [])
  }

  private changed(): void {
    this.current = undefined
    for (const listener of this.listeners) listener()
  }

  private look(station: Station): Known {
    const areas = this.areasAround(station)
    const before = this.known.get(station.id)
    if (before?.station === station && same(before.areas, areas)) return before
    const { id, name, medium, site, class: functionalClass } = station
    const attributes = station.attributes ?? {}
    const facts = { id, name, medium, site, class: functionalClass, jurisdictions: areas, attributes }
    return { station, areas, facts }
  }

  /** The jurisdictions it lies in and everything they are part of. */
  private areasAround(station: Station): readonly string[] {
    const found = this.areasOf.get(station)
    if (found) return found
    const around = new Set<string>()
    for (const area of this.areas.index.at(station.longitude, station.latitude)) {
      for (let id: string | null = area; id !== null && !around.has(id); id = this.areas.parentOf(id)) {
        around.add(id)
      }
    }
    const areas = [...around].sort()
    this.areasOf.set(station, areas)
    return areas
  }
}

function same<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}
