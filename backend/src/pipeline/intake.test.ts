import { beforeEach, expect, test } from '@jest/globals'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { BatchBuilder } from './batch.ts'
import { Intake } from './intake.ts'
import { Latest } from './latest.ts'
import { Ledger } from './ledger.ts'
import { viewMessage } from './message-view.ts'
import type { RejectedNotice } from './notices.ts'
import { RecentMessages } from './recent-messages.ts'
import { Resolver } from './resolver.ts'
import { entryOf, type Message, T0 } from './spine.fixture.ts'

const HOUR = 3_600_000
const YEAR = 365.25 * 86_400_000

let resolver: Resolver
let ledger: Ledger
let builder: BatchBuilder
let intake: Intake
let told: Omit<RejectedNotice, 'id'>[]
let faults: Error[]
let recent: RecentMessages
let wanted: Set<number>

beforeEach(() => {
  resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  for (const id of ['station', 'east', 'west']) {
    resolver.setStation({ id, latitude: 30, longitude: 110, medium: 'air' })
  }
  resolver.setDevice({ id: 'device', stations: ['station'], disabled: false })
  resolver.setDevice({ id: 'gateway', stations: ['east', 'west', 'ghost'], disabled: false })
  resolver.setDevice({
    id: 'foreign',
    stations: ['station'],
    units: { co: 'ug/m3', temperature: '[degF]' },
    disabled: false,
  })
  resolver.setDevice({ id: 'odd', stations: ['station'], units: { pm25: 'furlong' }, disabled: false })
  resolver.setDevice({ id: 'off', stations: ['station'], disabled: true })
  for (const [at, property] of ['pm25', 'pm10', 'co', 'temperature', 'valve_open', 'run_state'].entries()) {
    resolver.setDatastream({ id: at + 1, station: 'station', property })
  }
  ledger = new Ledger()
  builder = new BatchBuilder()
  told = []
  faults = []
  wanted = new Set()
  recent = new RecentMessages()
  intake = new Intake(
    {
      resolver,
      ledger,
      latest: new Latest(resolver),
      creation: { want: (series) => void wanted.add(series) },
      rejected: (notice) => void told.push(notice),
      recent,
      faulted: (_, error) => void faults.push(error),
    },
    builder,
  )
})

/** Takes a message and answers the accepted readings as `[datastream, value, quality]` and the rejections by reason. */
function take(message: Message) {
  const entry = entryOf(message)
  intake.take(entry, message.kind === 'senml' ? 'senml' : 'observations')
  const rows = []
  for (let row = 0; row < builder.rows; row++) {
    rows.push([builder.datastream[row], builder.text.get(row) ?? builder.value[row], builder.quality[row]])
  }
  return { rows, rejected: ledger.device(entry.deviceId)?.rejectedBy ?? {} }
}

const NONE = {}
const pm25 = { pm25: 35.2 }

test.each<{ name: string; message: Message; rows: unknown[][]; rejected: object }>([
  {
    name: 'numbers',
    message: { payload: { values: { pm25: 35.2, pm10: 61 } } },
    rows: [
      [1, 35.2, 1],
      [2, 61, 1],
    ],
    rejected: NONE,
  },
  {
    name: 'a null',
    message: { payload: { values: { pm25: null } } },
    rows: [[1, Number.NaN, 9]],
    rejected: NONE,
  },
  {
    name: 'a boolean',
    message: { payload: { values: { valve_open: true } } },
    rows: [[5, 1, 1]],
    rejected: NONE,
  },
  {
    name: 'a boolean as number',
    message: { payload: { values: { valve_open: 0 } } },
    rows: [[5, 0, 1]],
    rejected: NONE,
  },
  {
    name: 'a category',
    message: { payload: { values: { run_state: 'running' } } },
    rows: [[6, 'running', 1]],
    rejected: NONE,
  },
  {
    name: 'an unknown category is kept and flagged',
    message: { payload: { values: { run_state: 'dancing' } } },
    rows: [[6, 'dancing', 4]],
    rejected: NONE,
  },
  {
    name: 'a value out of range is kept and flagged',
    message: { payload: { values: { pm25: -500 } } },
    rows: [[1, -500, 4]],
    rejected: NONE,
  },
  {
    name: 'a clock 2 h fast',
    message: { payload: { time: T0 + 2 * HOUR, values: pm25 } },
    rows: [[1, 35.2, 4]],
    rejected: NONE,
  },
  {
    name: 'a clock 2 h slow',
    message: { payload: { time: T0 - 2 * HOUR, values: pm25 } },
    rows: [[1, 35.2, 1]],
    rejected: NONE,
  },
  {
    name: 'a clock in 2099',
    message: { payload: { time: Date.UTC(2099, 0), values: pm25 } },
    rows: [[1, 35.2, 4]],
    rejected: NONE,
  },
  {
    name: 'a clock in 1970',
    message: { payload: { time: 0, values: pm25 } },
    rows: [[1, 35.2, 3]],
    rejected: NONE,
  },
  {
    name: 'nine years late',
    message: { payload: { time: T0 - 9 * YEAR, values: pm25 } },
    rows: [[1, 35.2, 1]],
    rejected: NONE,
  },
  {
    name: 'a text for a number',
    message: { payload: { values: { pm25: 'high', pm10: 61 } } },
    rows: [[2, 61, 1]],
    rejected: { wrong_kind: 1 },
  },
  {
    name: 'a number for a category',
    message: { payload: { values: { run_state: 3 } } },
    rows: [],
    rejected: { wrong_kind: 1 },
  },
  {
    name: 'a 2 for a boolean',
    message: { payload: { values: { valve_open: 2 } } },
    rows: [],
    rejected: { wrong_kind: 1 },
  },
  {
    name: 'true for a number',
    message: { payload: { values: { pm25: true } } },
    rows: [],
    rejected: { wrong_kind: 1 },
  },
  {
    name: 'unknown properties',
    message: { payload: { values: { nonsense: 1, other: 2, ...pm25 } } },
    rows: [[1, 35.2, 1]],
    rejected: { unknown_property: 2 },
  },
  {
    name: 'an unknown device',
    message: { device: 'stranger', payload: { values: { pm25: 1, pm10: 2 } } },
    rows: [],
    rejected: { unknown_device: 2 },
  },
  {
    name: 'a disabled device',
    message: { device: 'off', payload: { values: pm25 } },
    rows: [],
    rejected: { device_disabled: 1 },
  },
  {
    name: 'no station of several',
    message: { device: 'gateway', payload: { values: pm25 } },
    rows: [],
    rejected: { station_missing: 1 },
  },
  {
    name: 'a station of another',
    message: { device: 'gateway', payload: { station: 'station', values: pm25 } },
    rows: [],
    rejected: { station_not_allowed: 1 },
  },
  {
    name: 'a station that is not registered',
    message: { device: 'gateway', payload: { station: 'ghost', values: pm25 } },
    rows: [],
    rejected: { unknown_station: 1 },
  },
  {
    name: 'a unit of the device',
    message: { device: 'foreign', payload: { values: { co: 1500, temperature: 50, pm25: 7 } } },
    rows: [
      [3, 1.5, 1],
      [4, 10, 1],
      [1, 7, 1],
    ],
    rejected: NONE,
  },
  {
    name: 'a unit that does not convert',
    message: { device: 'odd', payload: { values: { pm25: 7, pm10: 8 } } },
    rows: [[2, 8, 1]],
    rejected: { bad_unit: 1 },
  },
  { name: 'no JSON', message: { payload: '{"values":' }, rows: [], rejected: { malformed_json: 1 } },
  { name: 'no report', message: { payload: '42' }, rows: [], rejected: { not_a_report: 1 } },
  {
    name: 'a list with a bad part',
    message: { payload: [{ values: pm25 }, { time: 'yesterday', values: { pm10: 1, co: 2 } }] },
    rows: [[1, 35.2, 1]],
    rejected: { bad_time: 2 },
  },
])('$name', ({ message, rows, rejected }) => {
  const taken = take(message)
  expect(taken.rejected).toEqual(rejected)
  expect(
    taken.rows.map(([id, value, quality]) => [id, typeof value === 'number' ? round(value) : value, quality]),
  ).toEqual(rows)
  expect(ledger.imbalances()).toEqual([])
  expect(told.map(({ reason, readings }) => [reason, readings])).toEqual(Object.entries(rejected))
})

function round(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

test('a SenML unit goes before the unit of the device', () => {
  const record = { bt: T0 / 1000, n: 'temperature', u: 'K', v: 283.15 }
  const { rows } = take({ device: 'foreign', kind: 'senml', payload: [record] })
  expect(rows).toEqual([[4, expect.closeTo(10, 9), 1]])
})

test('a reading without datastream is taken with its series, and the datastream asked for', () => {
  resolver.setStation({ id: 'new', latitude: 0, longitude: 0, medium: 'air' })
  resolver.setDevice({ id: 'fresh', stations: ['new'], disabled: false })
  const { rows } = take({ device: 'fresh', payload: { values: pm25 } })
  const [series] = wanted
  expect(rows).toEqual([[-1 - (series as number), 35.2, 1]])
  expect(builder.awaiting).toBe(1)
})

test('a message tells what it was, once per reason', () => {
  take({ payload: { values: { pm25: 'a', pm10: 'b', x: 1 } }, receivedAt: T0 + 7 })
  expect(told).toEqual([
    {
      device: 'device',
      topic: 'v1/devices/device/observations',
      receivedAt: T0 + 7,
      reason: 'wrong_kind',
      detail: 'pm25: "a", expected a number',
      readings: 2,
      payload: '{"values":{"pm25":"a","pm10":"b","x":1}}',
    },
    expect.objectContaining({ reason: 'unknown_property', readings: 1 }),
  ])
})

test('of a device that sends nonsense twenty messages a minute are kept, and all counted', () => {
  for (let at = 0; at < 30; at++) take({ payload: 'nonsense', receivedAt: T0 + at })
  take({ device: 'foreign', payload: 'nonsense', receivedAt: T0 })
  expect(told).toHaveLength(21)
  expect(intake.notKept).toBe(10)
  expect(ledger.device('device')?.rejectedBy).toEqual({ malformed_json: 30 })
  take({ payload: 'nonsense', receivedAt: T0 + 60_000 })
  expect(told).toHaveLength(22)
})

test('a fault while taking one message leaves the others alone', () => {
  take({ payload: { values: pm25 } })
  const resolveSeries = resolver.resolveSeries.bind(resolver)
  resolver.resolveSeries = (station, property) => {
    if (property === 'pm10') throw new Error('a bug')
    return resolveSeries(station, property)
  }
  take({ payload: { values: { pm25: 1, pm10: 2 } } })
  const { rows } = take({ payload: { values: { pm25: 3 } } })
  expect(rows).toEqual([
    [1, 35.2, 1],
    [1, 3, 1],
  ])
  expect(faults).toHaveLength(1)
  expect(ledger.device('device')).toMatchObject({
    received: 3,
    pending: 2,
    rejectedBy: { internal_error: 1 },
  })
  expect(intake.undecoded).toBe(1)
})

test('a kept message tells what became of every reading, and looking at it changes nothing', () => {
  const values = { pm25: 35.5, pm10: -300, nonsense: 1, temperature: 'warm', run_state: 'running', co: null }
  take({ device: 'device', payload: { values } })
  const before = JSON.stringify(ledger.device('device'))
  const [message] = recent.of('device')
  const view = viewMessage('device', message as never, resolver)
  expect(view).toMatchObject({
    outcome: 'partly_accepted',
    reason: null,
    payload: JSON.stringify({ values }),
  })
  const of = (property: string) => view.readings.find((reading) => reading.property === property)
  expect(of('pm25')).toMatchObject({
    station: 'station',
    value: 35.5,
    unit: 'ug/m3',
    quality: 1,
    reason: null,
  })
  expect(of('pm10')).toMatchObject({ value: -300, quality: 4, reason: 'out_of_range' })
  expect(of('co')).toMatchObject({ value: null, quality: 9, reason: 'missing' })
  expect(of('run_state')).toMatchObject({ value: 'running' })
  expect(of('nonsense')).toMatchObject({ quality: null, value: 1, reason: 'unknown_property' })
  expect(of('temperature')).toMatchObject({ quality: null, value: 'warm', reason: 'wrong_kind' })
  expect(JSON.stringify(ledger.device('device'))).toBe(before)
})

test('a message of which nothing was taken tells why, with advice', () => {
  take({ device: 'off', payload: { values: { pm25: 1, pm10: 2 } } })
  const [message] = recent.of('off')
  const view = viewMessage('off', message as never, resolver)
  expect(view).toMatchObject({ outcome: 'rejected', reason: 'device_disabled' })
  expect(view.advice?.zh).toBeTruthy()
  expect(view.readings.map(({ reason }) => reason)).toEqual(['device_disabled', 'device_disabled'])
})
