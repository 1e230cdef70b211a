import { propertyById } from '../properties.ts'

/** Value by hours after `EPOCH`, a midnight. */
type Course = (hour: number) => number

export interface Timeline {
  /** By property; of the other station of the pair with `other:` before it. */
  values: Record<string, Course>
  hours?: number
  /** Hours without readings, in the run with a gap. */
  gap?: [from: number, to: number]
}

export interface Case {
  intervals: number[]
  class?: string
  /** Hours after midnight at which readings begin; 0: they stand before and after the full hour by chance. */
  offset?: number
  /** What must fire, the hours within which it must, and the hour before which it must not be over. */
  fires: Timeline & { within: [from: number, to: number]; lastsUntil: number }
  quiet: Timeline
}

export const MINUTE = 60
const QUARTER = 900
export const HOUR = 3600
const FOUR_HOURS = 4 * HOUR
export const BY_HOUR = [MINUTE, QUARTER, HOUR]
const BY_QUARTER = [MINUTE, QUARTER]
export const WATER = [MINUTE, QUARTER, HOUR, FOUR_HOURS]
const METERS = [MINUTE, 5 * MINUTE, QUARTER]
/** Where full hours are counted the clock of an hourly station is a little after them. */
const FIVE_PAST = 1 / 12

const within = (from: number, to: number, inside: number, outside: number): Course => {
  return (hour) => (hour >= from && hour < to ? inside : outside)
}
/** Night and day: lowest at 03, highest at 15 h. */
const daily = (mean: number, swing: number): Course => {
  return (hour) => mean - swing * Math.cos(((hour - 3) / 12) * Math.PI)
}
const always = (value: number): Course => within(0, 0, 0, value)
const state = (name: string) => propertyById('run_state')?.categories?.indexOf(name) ?? Number.NaN

function dailyMean(property: string, above: number, below: number): Case {
  return {
    intervals: BY_HOUR,
    offset: FIVE_PAST,
    fires: {
      values: { [property]: within(24, 48, above, below) },
      within: [48, 48],
      lastsUntil: 72,
      gap: [30, 33],
    },
    quiet: { values: { [property]: daily(0.7 * above, 0.5 * above) }, gap: [30, 33] },
  }
}

function hourlyMean(property: string, above: number, below: number, firesWithin: [number, number]): Case {
  return {
    intervals: BY_QUARTER,
    fires: {
      values: { [property]: within(34, 42, above, below) },
      within: firesWithin,
      lastsUntil: 43,
      gap: [36, 37],
    },
    quiet: { values: { [property]: daily(below, 0.3 * below) } },
  }
}

/** The variant for stations that report by the hour. */
function byHour(one: Case): Case {
  return { ...one, intervals: [HOUR], offset: FIVE_PAST }
}

function sample(property: string, bad: number, good: number, swing: number): Case {
  return {
    intervals: WATER,
    class: 'III',
    fires: {
      values: { [property]: within(29.9, 70, bad, good) },
      within: [33, 49],
      lastsUntil: 70,
      gap: [34.5, 42.5],
    },
    quiet: {
      values: { [property]: (hour) => within(31.9, 32.1, bad, daily(good, swing)(hour))(hour) },
      gap: [34.5, 42.5],
    },
  }
}

const OZONE = hourlyMean('o3', 200, 120, [35, 35])
const NITROGEN: Case = {
  ...hourlyMean('no2', 500, 60, [37, 40]),
  quiet: { values: { no2: within(34, 36, 500, 60) } },
}
const DAY_NOISE: Case = {
  intervals: BY_QUARTER,
  class: '2',
  fires: { values: { laeq: within(34, 40, 66, 52) }, within: [35, 36], lastsUntil: 41, gap: [37, 38] },
  // Above the limit of the night, and loud just outside of the day.
  quiet: { values: { laeq: (hour) => (hour % 24 >= 22 || hour % 24 < 6 ? 64 : 57) } },
}
const NIGHT_NOISE: Case = {
  intervals: BY_QUARTER,
  class: '2',
  // By day it is louder than the night may be: the alert ends with the night all the same.
  fires: {
    values: { laeq: (hour) => (hour % 24 >= 6 && hour % 24 < 22 ? 57 : hour >= 46 && hour < 54 ? 55 : 44) },
    within: [47, 48],
    lastsUntil: 54,
    gap: [49, 50],
  },
  quiet: { values: { laeq: (hour) => (hour % 24 >= 6 && hour % 24 < 22 ? 57 : 44) } },
}
const stack = (property: string, limit: number): Case => ({
  intervals: BY_QUARTER,
  fires: {
    values: { [property]: within(30, 40, 1.5 * limit, 0.5 * limit) },
    within: [31, 32],
    lastsUntil: 41,
    gap: [33, 36],
  },
  // Ten minutes of twice the limit in every hour.
  quiet: { values: { [property]: (hour) => (hour % 1 < 1 / 6 ? 2 * limit : 0.5 * limit) } },
})
const dropOrJump = { hours: 360, intervals: WATER }

export const CASES: Record<string, Case> = {
  'air-pm25-daily': dailyMean('pm25', 80, 40),
  'air-pm10-daily': dailyMean('pm10', 150, 60),
  'air-so2-daily': dailyMean('so2', 190, 40),
  'air-no2-daily': dailyMean('no2', 100, 30),
  'air-co-daily': dailyMean('co', 5, 1),
  'air-pm25-who': dailyMean('pm25', 20, 8),
  'air-o3-8h': {
    intervals: BY_HOUR,
    offset: FIVE_PAST,
    fires: { values: { o3: within(33, 45, 200, 60) }, within: [38, 43], lastsUntil: 45, gap: [39, 41] },
    // Three hours of a summer afternoon.
    quiet: { values: { o3: (hour) => within(13, 16, 230, 100)(hour % 24) }, gap: [30, 33] },
  },
  'air-o3-eu': OZONE,
  'air-o3-eu-hourly': byHour(OZONE),
  'air-no2-eu-alert': NITROGEN,
  'air-no2-eu-alert-hourly': byHour(NITROGEN),
  'air-boundary-dust': {
    intervals: BY_HOUR,
    fires: {
      values: { pm10: within(29.9, 40, 220, 60), 'other:pm10': daily(60, 20) },
      within: [30, 32],
      lastsUntil: 40,
      gap: [34.5, 37.5],
    },
    // Dust from the desert is on both sides.
    quiet: { values: { pm10: within(30, 40, 420, 60), 'other:pm10': within(30, 40, 380, 55) } },
  },
  'air-boundary-odour': {
    intervals: BY_HOUR,
    fires: {
      values: { h2s: within(29.9, 40, 80, 10) },
      within: [30, 32],
      lastsUntil: 40,
      gap: [34.5, 37.5],
    },
    quiet: { values: { h2s: (hour) => within(31.98, 32.02, 100, daily(15, 10)(hour))(hour) } },
  },
  'air-boundary-nmhc': {
    intervals: BY_HOUR,
    fires: {
      values: { nmhc: within(29.9, 40, 6, 1.5) },
      within: [30, 32],
      lastsUntil: 40,
      gap: [34.5, 37.5],
    },
    quiet: { values: { nmhc: (hour) => within(31.98, 32.02, 9, daily(1.5, 0.5)(hour))(hour) } },
  },

  'water-oxygen': sample('dissolved_oxygen', 3, 8, 1.5),
  'water-ammonia': sample('ammonia_nitrogen', 3, 0.5, 0.2),
  'water-phosphorus': sample('total_phosphorus', 0.5, 0.1, 0.04),
  'water-ph': {
    intervals: WATER,
    fires: { values: { ph: within(29.9, 70, 10, 7.6) }, within: [30, 37], lastsUntil: 70, gap: [34.5, 42.5] },
    // Algae by day, and one odd sample.
    quiet: { values: { ph: (hour) => within(31.95, 32.05, 9.5, daily(8, 0.85)(hour))(hour) } },
  },
  'water-oxygen-collapse': {
    intervals: BY_HOUR,
    offset: FIVE_PAST,
    fires: {
      values: {
        dissolved_oxygen: (hour) => (hour > 44 ? 8 : Math.min(8, Math.max(1.5, 8 - 1.3 * (hour - 30)))),
      },
      within: [33, 36],
      lastsUntil: 36,
      gap: [38, 41],
    },
    // A warm night: down to 3 mg/L within eight hours.
    quiet: { values: { dissolved_oxygen: daily(5.5, 2.5) }, gap: [30, 33] },
  },
  'water-fish-kill': {
    intervals: WATER,
    fires: {
      values: { dissolved_oxygen: within(29.9, 70, 1, 7) },
      within: [30, 37],
      lastsUntil: 70,
      gap: [34.5, 42.5],
    },
    quiet: { values: { dissolved_oxygen: (hour) => within(31.95, 32.05, 1, daily(6, 2.5)(hour))(hour) } },
  },
  'water-free-ammonia': {
    intervals: WATER,
    fires: {
      values: { ph: within(29.9, 70, 9, 7.6), ammonia_nitrogen: always(3) },
      within: [30, 37],
      lastsUntil: 70,
      gap: [34.5, 42.5],
    },
    quiet: { values: { ph: within(30, 50, 9, 7.5), ammonia_nitrogen: within(30, 50, 0.8, 4) } },
  },
  'water-conductivity-jump': {
    ...dropOrJump,
    fires: {
      values: { conductivity: (hour) => within(200, 260, 800, daily(500, 20)(hour))(hour) },
      within: [200, 209],
      // The discharge goes on for two and a half days, and so does the alert.
      lastsUntil: 260,
      gap: [210, 219],
      hours: 360,
    },
    // Rain: half of it for five days, and back within four.
    quiet: {
      values: {
        conductivity: (hour) =>
          Math.min(
            daily(500, 25)(hour),
            hour < 220 ? within(100, 220, 250, 525)(hour) : 250 + (hour - 220) * 2.8,
          ),
      },
      hours: 360,
    },
  },
  'water-turbidity-downstream': {
    intervals: WATER,
    fires: {
      values: { turbidity: within(29.9, 70, 120, 20), 'other:turbidity': daily(20, 4) },
      within: [30, 38],
      lastsUntil: 70,
      gap: [34.5, 42.5],
    },
    // A flood, which passes upstream first.
    quiet: {
      values: {
        turbidity: (hour) => Math.max(20, 300 - 30 * Math.abs(hour - 41)),
        'other:turbidity': (hour) => Math.max(20, 300 - 30 * Math.abs(hour - 38)),
      },
    },
  },
  'water-bloom': {
    intervals: WATER,
    fires: {
      values: { chlorophyll: within(30, 80, 45, 10) },
      within: [40, 54],
      lastsUntil: 80,
      gap: [56, 64],
    },
    quiet: { values: { chlorophyll: (hour) => within(11, 17, 50, 10)(hour % 24) }, gap: [56, 59] },
  },

  'noise-day': DAY_NOISE,
  'noise-day-hourly': byHour(DAY_NOISE),
  'noise-night': NIGHT_NOISE,
  'noise-night-hourly': byHour(NIGHT_NOISE),
  'noise-night-peaks': {
    intervals: BY_HOUR,
    class: '2',
    fires: {
      values: { lmax: within(46.9, 48.1, 72, 52) },
      within: [46.9, 48],
      lastsUntil: 48,
      gap: [49, 52],
    },
    // The maximum told at 22:00 is that of the evening.
    quiet: { values: { lmax: (hour) => (hour % 24 < 22.01 && hour % 24 > 6.01 ? 85 : 58) } },
  },

  'emission-pm': stack('emission_pm', 10),
  'emission-so2': stack('emission_so2', 35),
  'emission-nox': stack('emission_nox', 50),
  ...Object.fromEntries(
    [
      ['emission-pm-hourly', stack('emission_pm', 10), 'emission_pm', 9] as const,
      ['emission-so2-hourly', stack('emission_so2', 35), 'emission_so2', 33] as const,
      ['emission-nox-hourly', stack('emission_nox', 50), 'emission_nox', 48] as const,
    ].map(([id, one, property, below]) => [
      id,
      { ...byHour(one), quiet: { values: { [property]: always(below) } } },
    ]),
  ),
  'emission-dilution': {
    intervals: BY_HOUR,
    fires: {
      values: { emission_o2: within(29.9, 40, 18, 7), flue_temperature: always(120) },
      within: [30.4, 32.1],
      lastsUntil: 40,
      gap: [34.5, 37.5],
    },
    // Out of service.
    quiet: {
      values: {
        emission_o2: within(30, 60, 20.8, 7),
        flue_temperature: (hour) => within(29, 60, 30, 120)(hour),
      },
    },
  },
  'effluent-cod': {
    intervals: [QUARTER, HOUR, 2 * HOUR],
    fires: { values: { cod: within(24, 48, 80, 30) }, within: [48, 48], lastsUntil: 72, gap: [30, 33] },
    quiet: { values: { cod: (hour) => within(9.9, 12.1, 110, 30)(hour % 24) }, gap: [30, 33] },
  },

  'equipment-treatment-off': {
    intervals: METERS,
    fires: {
      values: { production_power: within(30, 44, 100, 2), treatment_power: always(0.1) },
      within: [30.1, 30.6],
      lastsUntil: 44,
      gap: [34.5, 37.5],
    },
    // Started five minutes before the treatment, every day.
    quiet: {
      values: {
        production_power: (hour) => within(8, 18, 100, 2)(hour % 24),
        treatment_power: (hour) => within(8.08, 18.5, 15, 0.1)(hour % 24),
      },
    },
  },
  'equipment-flow-without-pump': {
    intervals: METERS,
    fires: {
      values: { treatment_flow: always(12), pump_running: within(30, 44, 0, 1) },
      within: [30, 30.6],
      lastsUntil: 44,
      gap: [34.5, 37.5],
    },
    // What is in the pipe runs out.
    quiet: {
      values: {
        treatment_flow: (hour) => within(8, 18.05, 12, 0)(hour % 24),
        pump_running: (hour) => within(8, 18, 1, 0)(hour % 24),
      },
    },
  },
  'equipment-bypass': {
    intervals: METERS,
    fires: {
      values: { valve_open: within(30, 44, 1, 0), production_power: always(100) },
      within: [30, 30.6],
      lastsUntil: 44,
      gap: [34.5, 37.5],
    },
    // A safety valve opens for a moment, and for long while nothing is made.
    quiet: {
      values: {
        valve_open: (hour) =>
          within(10, 10.02, 1, 0)(hour % 24) === 1 ? 1 : within(20, 24, 1, 0)(hour % 24),
        production_power: (hour) => within(8, 18, 100, 2)(hour % 24),
      },
    },
  },
  'equipment-door': {
    intervals: [...METERS, HOUR],
    fires: {
      values: { door_open: within(30, 44, 1, 0) },
      within: [30, 32],
      lastsUntil: 44,
      gap: [34.5, 37.5],
    },
    quiet: { values: { door_open: within(31.95, 32.05, 1, 0) }, gap: [32.2, 35] },
  },
  'equipment-long-maintenance': {
    intervals: WATER,
    fires: {
      values: { run_state: within(30, 60, state('maintenance'), state('running')) },
      within: [38, 46],
      lastsUntil: 60,
      gap: [34.5, 39],
    },
    quiet: {
      values: { run_state: (hour) => within(9, 16, state('maintenance'), state('running'))(hour % 24) },
      gap: [34.5, 37.5],
    },
  },

  'data-stuck-pm25': {
    intervals: BY_HOUR,
    fires: {
      values: { pm25: (hour) => within(30, 60, 37, daily(40, 15)(hour))(hour) },
      within: [36, 40],
      lastsUntil: 60,
      gap: [44, 48],
    },
    // An analyser by beta attenuation repeats the value of the hour.
    quiet: { values: { pm25: (hour) => Math.round(daily(12, 5)(Math.floor(hour))) }, gap: [30, 36] },
  },
  'data-stuck-dissolved-oxygen': {
    intervals: WATER,
    fires: {
      values: { dissolved_oxygen: (hour) => within(24, 80, 7.31, daily(8, 1)(hour))(hour) },
      within: [40, 52],
      lastsUntil: 80,
      gap: [56, 64],
    },
    // A large river in winter.
    quiet: {
      values: { dissolved_oxygen: (hour) => Math.round(100 * daily(11, 0.05)(hour)) / 100 },
      gap: [30, 42],
    },
  },
  'data-spike-pm25': {
    intervals: BY_HOUR,
    fires: {
      values: { pm25: (hour) => within(29.95, 31.05, 600, daily(40, 15)(hour))(hour) },
      within: [29.9, 30.1],
      lastsUntil: 31,
      gap: [36, 39],
    },
    // A haze that comes within a night.
    quiet: {
      values: { pm25: (hour) => (hour < 30 ? daily(30, 10)(hour) : Math.min(220, 30 + 15 * (hour - 30))) },
    },
  },
  'data-conductivity-drop': {
    ...dropOrJump,
    fires: {
      values: { conductivity: (hour) => within(100, 160, 3, daily(500, 20)(hour))(hour) },
      within: [100, 104.1],
      lastsUntil: 160,
      gap: [110, 119],
      hours: 240,
    },
    quiet: {
      values: { conductivity: (hour) => within(104, 140, 200, daily(500, 25)(hour))(hour) },
      hours: 240,
    },
  },
  'data-impossible': {
    intervals: BY_HOUR,
    fires: {
      values: { pm25: within(29.99, 44, 5000, 35) },
      within: [30, 31.1],
      lastsUntil: 44,
      gap: [34.5, 37.5],
    },
    quiet: { values: { pm25: (hour) => within(31.992, 32.008, 5000, daily(40, 15)(hour))(hour) } },
  },
}
