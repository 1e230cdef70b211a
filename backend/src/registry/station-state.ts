import type { Latest } from '../pipeline/latest.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Datastreams } from './datastreams.ts'
import type { StateOf, StationState } from './station-json.ts'

/** Reads a station's state and latest values out of the pipeline's memory. */
export function stateReader(resolver: Resolver, latest: Latest, datastreams: Datastreams): StateOf {
  return (id) => {
    const station = resolver.station(id)
    if (!station) return { status: 'never', level: null, alert: 'none', latest: {} }
    const values: StationState['latest'] = {}
    for (const [property, [value, time, quality]] of Object.entries(latest.details(station))) {
      const unit = datastreams.unitOf(property)
      values[property] = { value, unit, time: new Date(time).toISOString(), quality }
    }
    return {
      status: latest.status(station),
      level: latest.level(station),
      alert: latest.alert(station),
      latest: values,
    }
  }
}
