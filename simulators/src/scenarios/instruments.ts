import { HOUR, MINUTE } from '../environment/calendar.ts'
import { DEVICES } from '../territory/devices.ts'
import type { Scenario } from './scenario.ts'

/** Scenarios of instruments that err, stick or fall silent. */

const DRIFT = 20 * HOUR

/** A fouled probe reads higher and higher until it is cleaned. */
export const SENSOR_DRIFT: Scenario = {
  id: 'sensor-drift',
  title: { en: 'Drifting ammonia electrode', zh: '氨氮电极漂移' },
  summary:
    'The ammonia electrode at West Bridge fouls and reads up to 90 % too high over twenty hours, then is cleaned.',
  duration: DRIFT,
  schedule: { share: 0.3, hour: 15, spread: 3 },
  truth: [
    {
      stations: ['lan-west-bridge'],
      properties: ['ammonia_nitrogen'],
      from: 4 * HOUR,
      to: DRIFT,
      effect: 'drift',
      note: 'rises in a straight line, falls back at once; the neighbours upstream and downstream do not',
    },
  ],
  effects(elapsed) {
    return {
      fault: ({ station, property, value }) =>
        station === 'lan-west-bridge' && property === 'ammonia_nitrogen' && typeof value === 'number'
          ? value * (1 + (0.9 * elapsed) / DRIFT)
          : value,
    }
  },
}

const STUCK = 6 * HOUR

/** An analyser that repeats itself. */
export const FLAT_LINE: Scenario = {
  id: 'flat-line',
  title: { en: 'Stuck ozone analyser', zh: '臭氧分析仪恒值' },
  summary: 'The ozone analyser at Yunmen Town reports the same value for six hours.',
  duration: STUCK,
  schedule: { share: 0.4, hour: 11, spread: 2 },
  truth: [
    {
      stations: ['air-yunmen-town'],
      properties: ['o3'],
      from: 0,
      to: STUCK,
      effect: 'flat',
      note: 'one value, to the last digit',
    },
  ],
  effects(_elapsed, draw) {
    const stuck = Math.round(52 + 40 * draw(0))
    return {
      fault: ({ station, property, value }) =>
        station === 'air-yunmen-town' && property === 'o3' ? stuck : value,
    }
  },
}

const SPIKES = 3 * HOUR

/** Bubbles in front of an optical window. */
export const SPIKING: Scenario = {
  id: 'spikes',
  title: { en: 'Spiking turbidity', zh: '浊度尖峰' },
  summary:
    'Gas bubbles before the window of the turbidimeter at the mouth of Shuang Creek: single readings of hundreds.',
  duration: SPIKES,
  schedule: { share: 0.7, hour: 16, spread: 4 },
  truth: [
    {
      stations: ['shuang-mouth'],
      properties: ['turbidity'],
      from: 0,
      to: SPIKES,
      effect: 'spikes',
      note: 'about one reading in twelve',
    },
  ],
  effects(elapsed, draw) {
    const slot = Math.floor(elapsed / 5000)
    const isSpike = draw(slot) < 0.08
    return {
      fault: ({ station, property, value }) =>
        isSpike && station === 'shuang-mouth' && property === 'turbidity' && typeof value === 'number'
          ? value + 240 + 500 * draw(slot + 100_000)
          : value,
    }
  },
}

const IMPLAUSIBLE = 40 * MINUTE

/** A wet humidity sensor. */
export const OUT_OF_RANGE: Scenario = {
  id: 'out-of-range',
  title: { en: 'Implausible humidity', zh: '湿度超量程' },
  summary: 'Water in the humidity sensor of lamp post 03: it reports 127 %, which no air has.',
  duration: IMPLAUSIBLE,
  schedule: { share: 0.6, hour: 7, spread: 2 },
  truth: [
    {
      stations: ['grid-03'],
      properties: ['humidity'],
      from: 0,
      to: IMPLAUSIBLE,
      effect: 'implausible',
      note: 'to be flagged as failed, and left out of means',
    },
  ],
  effects() {
    return {
      fault: ({ station, property, value }) =>
        station === 'grid-03' && property === 'humidity' ? 127 : value,
    }
  },
}

const LOSS = 35 * MINUTE
const PARK_STATIONS = DEVICES.find(({ id }) => id === 'gw-heyang-park')?.stations ?? []

/** A gateway without power: nothing is measured, nothing comes later. */
export const COMMUNICATION_LOSS: Scenario = {
  id: 'communication-loss',
  title: { en: 'Heyang gateway without power', zh: '河阳园区网关断电' },
  summary:
    'The gateway of the Heyang park loses power for 35 minutes. Its stations fall silent; the gap stays.',
  duration: LOSS,
  schedule: { share: 0.6, hour: 17.5, spread: 5 },
  truth: [
    {
      stations: PARK_STATIONS,
      properties: [],
      from: 0,
      to: LOSS,
      effect: 'absent',
      note: 'no readings at all',
    },
  ],
  effects() {
    return { silent: PARK_STATIONS, holding: ['gw-heyang-park'] }
  },
}

const BACKLOG = 100 * MINUTE

/** A logger without a network keeps measuring and delivers everything later. */
export const BACKLOG_DELIVERY: Scenario = {
  id: 'backlog',
  title: { en: 'Late delivery from the Western Hills', zh: '西山站数据补传' },
  summary:
    'The logger in the Western Hills is without a network for 100 minutes, then delivers what it kept in batches.',
  duration: BACKLOG,
  schedule: { share: 0.7, hour: 5, spread: 4 },
  truth: [
    {
      stations: ['bg-west-hills'],
      properties: [],
      from: 0,
      to: BACKLOG,
      effect: 'late',
      note: 'silent, then complete: phenomenon times long before result times',
    },
  ],
  effects() {
    return { holding: ['dev-bg-west-hills'] }
  },
}

const DROPOUT = 12 * MINUTE

/** A cheap sensor with a loose contact. */
export const DROPOUTS: Scenario = {
  id: 'dropouts',
  title: { en: 'Lamp post sensor drops out', zh: '灯杆微站间歇掉线' },
  summary: 'Lamp post sensor 06 has a loose contact and goes missing for minutes at a time during two hours.',
  duration: 2 * HOUR,
  schedule: { share: 0.8, hour: 12, spread: 6 },
  truth: [
    {
      stations: ['grid-06'],
      properties: [],
      from: 0,
      to: 2 * HOUR,
      effect: 'absent',
      note: 'missing about half of the time',
    },
  ],
  effects(elapsed, draw) {
    return draw(Math.floor(elapsed / DROPOUT)) < 0.5 ? { silent: ['grid-06'] } : {}
  },
}
