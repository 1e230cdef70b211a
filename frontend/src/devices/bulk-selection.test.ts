import { expect, test } from '@jest/globals'
import type { DeviceView } from '@osprey/core/api'
import type { StationRecord } from '../stations/station-store.ts'
import { devicesForStations, type StationSelection } from './bulk-selection.ts'

const station = (id: string, medium: string, site: string | null) => ({ id, medium, site }) as StationRecord
const stations = [station('b', 'air', 'mill'), station('a', 'air', null), station('c', 'noise', 'mill')]
const devices = [{ id: 'dev-a', stations: ['a'] }] as unknown as DeviceView[]
const everything: StationSelection = {
  medium: '',
  site: '',
  onlyWithout: false,
  prefix: '',
  authentication: 'secret',
}
const ids = (change: Partial<StationSelection>) =>
  devicesForStations(stations, devices, { ...everything, ...change }).map(({ id }) => id)

test('stations are selected by medium, site and whether they have a device', () => {
  expect(ids({})).toEqual(['a', 'b', 'c'])
  expect(ids({ medium: 'air' })).toEqual(['a', 'b'])
  expect(ids({ site: 'mill', medium: 'noise' })).toEqual(['c'])
  expect(ids({ onlyWithout: true })).toEqual(['b', 'c'])
})

test('an id that is taken or cannot be is named, not left out', () => {
  const problems = (prefix: string) =>
    devicesForStations(stations, devices, { ...everything, prefix }).map(({ id, problem }) => [
      id,
      problem?.reason ?? null,
    ])
  expect(problems('dev-')).toEqual([
    ['dev-a', 'existing_id'],
    ['dev-b', null],
    ['dev-c', null],
  ])
  expect(problems('#')[0]).toEqual(['#a', 'bad_id'])
})
