import { HOUR, MINUTE } from '../environment/calendar.ts'
import { STATIONS } from '../territory/stations.ts'
import type { Scenario } from './scenario.ts'
import { trapezoid } from './shapes.ts'

const PASSAGE = 5 * HOUR
/** km/h, from north-west to south-east. */
const FRONT_SPEED = 32
const LONGEST_CROSSING = 100 * MINUTE

/** A front of desert dust crosses the territory. */
export const DUST_STORM: Scenario = {
  id: 'dust-storm',
  title: { en: 'Dust storm from the north-west', zh: '西北沙尘过境' },
  summary:
    'A front of desert dust comes in from the north-west at 32 km/h. PM10 rises to many hundreds within minutes, far ' +
    'more than PM2.5, first at the background stations, an hour later in the south-east.',
  duration: PASSAGE + LONGEST_CROSSING,
  schedule: { share: 0.12, hour: 13, spread: 3 },
  truth: [
    {
      stations: STATIONS.filter(({ properties }) => properties.includes('pm10')).map(({ id }) => id),
      properties: ['pm10', 'pm25'],
      from: 15 * MINUTE,
      to: PASSAGE + LONGEST_CROSSING,
      effect: 'rise',
      note: 'arrives at each station as the front passes it; PM2.5 is about a fifth of the dust',
    },
  ],
  effects(elapsed, draw) {
    const strength = 620 + 500 * draw(0)
    return {
      dust: {
        at: ([x, y]) => {
          // The north-west corner of the territory, 36 km from the old bridge, is reached at once.
          const behind = (x - y) / Math.SQRT2 + 28
          const since = elapsed - (Math.max(0, behind) / FRONT_SPEED) * HOUR
          return (
            strength * trapezoid(since, 0, PASSAGE, 12 * MINUTE) * Math.exp(-Math.max(0, since) / (3 * HOUR))
          )
        },
        wind: 5.5 * trapezoid(elapsed, 0, PASSAGE, 20 * MINUTE),
      },
    }
  },
}
