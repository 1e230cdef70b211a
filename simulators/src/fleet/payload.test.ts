import { describe, expect, test } from '@jest/globals'
import { propertyById } from '@osprey/core/properties'
import { decodeReport } from '@osprey/core/report'
import { conversion } from '@osprey/core/units'
import { World } from '../environment/world.ts'
import { DEVICES } from '../territory/devices.ts'
import { stationById } from '../territory/stations.ts'
import { payloadOf, type StationReport } from './payload.ts'

const TIME = Date.parse('2026-11-23T04:00:05.250Z')
const RECEIVED = TIME + 80
const world = new World({ seed: 1, quiet: true })

/** What the platform makes of a device's message: by station, time and property in the catalogue's units. */
function understood(deviceId: string, reports: readonly StationReport[]) {
  const device = DEVICES.find(({ id }) => id === deviceId)
  if (device === undefined) throw new Error(deviceId)
  const decoded = decodeReport(device.protocol, Buffer.from(payloadOf(device, reports)), RECEIVED)
  if (!decoded.ok) throw new Error(decoded.detail)
  return decoded.reports.map(({ station, time, timeSource, values, units }) => ({
    station: station ?? device.stations[0],
    time,
    timeSource,
    values: Object.fromEntries(
      Object.entries(values).map(([id, value]) => {
        const property = propertyById(id)
        const unit = units?.[id] ?? device.units[id]
        if (property === undefined || unit === undefined || typeof value !== 'number') return [id, value]
        const found = conversion(unit, property)
        if (!found.ok) throw new Error(found.detail)
        return [id, value * found.factor + found.offset]
      }),
    ),
  }))
}

describe.each(DEVICES.map(({ id }) => id))('%s', (deviceId) => {
  const device = DEVICES.find(({ id }) => id === deviceId) as (typeof DEVICES)[number]
  const reportAt = (time: number) =>
    device.stations.map(
      (station): StationReport => ({
        station,
        time,
        readings: world.observe(stationById(station), time, 5000) ?? {},
      }),
    )

  test.each([
    ['one beat', [TIME]],
    ['a batch', [TIME - 10_000, TIME - 5000, TIME]],
  ])('is understood: %s', (_name, times) => {
    if (device.clockless && times.length > 1) return
    const reports = times.flatMap(reportAt)
    const found = understood(deviceId, reports)
    expect(found).toHaveLength(reports.length)
    for (const [index, report] of reports.entries()) {
      const got = found[index]
      expect(got?.station).toBe(report.station)
      expect(got?.timeSource).toBe(device.clockless ? 'received' : 'device')
      if (!device.clockless) expect(Math.abs((got?.time ?? 0) - report.time)).toBeLessThan(1)
      for (const [property, value] of Object.entries(report.readings)) {
        const there = got?.values[property]
        if (typeof value !== 'number') expect(there).toBe(value)
        // A tenth of a ppb is a fifth of a µg/m³ and more of some gases; a hundredth of a ppm 11 µg/m³ of CO.
        else expect(Math.abs(Number(there) - value)).toBeLessThan(0.15 + 0.002 * Math.abs(value))
      }
    }
  })
})
