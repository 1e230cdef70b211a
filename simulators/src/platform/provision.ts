import type { DeviceInput, DeviceSecret, DeviceView, StationInput, StationView } from '@osprey/core/api'
import { chunks, forEachLimited } from './concurrency.ts'
import type { Credentials } from './credentials.ts'
import type { PlatformClient } from './platform-client.ts'

/** Requests under way at a time: registering must not crowd out the people at the map. */
const CONCURRENCY = 4
const STATIONS_PER_IMPORT = 2000
/** Station ids in one request to create devices: the platform reads JSON bodies up to 1 MB. */
const STATION_IDS_PER_REQUEST = 10_000
/** Clocks of simulator and platform may differ this much before a rotation counts as newer, ms. */
const CLOCK_TOLERANCE = 5000

/** Creates the stations that are missing. What people changed at existing ones stays. */
export async function provisionStations(
  client: PlatformClient,
  stations: readonly StationInput[],
): Promise<void> {
  const { features } = await client.get<{ features: { id: string }[] }>('/api/stations')
  const existing = new Set(features.map(({ id }) => id))
  const missing = stations.filter(({ id }) => !existing.has(id))
  for (const part of chunks(missing, STATIONS_PER_IMPORT)) {
    const collection = {
      type: 'FeatureCollection',
      features: part.map(({ id, latitude, longitude, ...properties }) => ({
        type: 'Feature',
        id,
        geometry: { type: 'Point', coordinates: [longitude, latitude] },
        properties,
      })),
    }
    await client.postText('/api/stations/import', JSON.stringify(collection), 'application/geo+json')
  }
}

/** What has to be done so that every device exists as wanted and its secret is known. */
export interface DevicePlan {
  create: DeviceInput[]
  update: DeviceInput[]
  /** Devices that exist but whose secret is unknown here or was rotated by somebody else. */
  rotate: string[]
}

export function planDevices(
  wanted: readonly DeviceInput[],
  existing: readonly DeviceView[],
  credentials: Pick<Credentials, 'get'>,
): DevicePlan {
  const byId = new Map(existing.map((device) => [device.id, device]))
  const plan: DevicePlan = { create: [], update: [], rotate: [] }
  for (const device of wanted) {
    const found = byId.get(device.id)
    if (found === undefined) {
      plan.create.push(device)
      continue
    }
    if (!isSame(device, found)) plan.update.push(device)
    const known = credentials.get(device.id)
    if (known === undefined || Date.parse(found.rotatedAt) > known.obtainedAt + CLOCK_TOLERANCE) {
      plan.rotate.push(device.id)
    }
  }
  return plan
}

/** Makes every device exist as wanted and returns the secrets by device. Secrets are saved as they arrive. */
export async function provisionDevices(
  client: PlatformClient,
  credentials: Credentials,
  wanted: readonly DeviceInput[],
  now: () => number = Date.now,
): Promise<Map<string, string>> {
  const existing = await client.get<DeviceView[]>('/api/devices')
  const plan = planDevices(wanted, existing, credentials)
  const learn = ({ id, secret }: DeviceSecret) => credentials.set(id, { secret, obtainedAt: now() })
  try {
    for (const part of chunks(plan.create, devicesPerRequest(plan.create))) {
      const { devices } = await client.post<{ devices: DeviceSecret[] }>('/api/devices/bulk', {
        devices: part,
      })
      devices.forEach(learn)
    }
    await forEachLimited(plan.update, CONCURRENCY, async ({ id, stations, units }) => {
      await client.patch(`/api/devices/${id}`, { stations, units: units ?? {} })
    })
    await forEachLimited(plan.rotate, CONCURRENCY, async (id) => {
      learn(await client.post<DeviceSecret>(`/api/devices/${id}/rotate`, {}))
    })
  } finally {
    credentials.save()
  }
  return new Map(wanted.map(({ id }) => [id, credentials.get(id)?.secret ?? '']))
}

/** Deletes devices and stations whose ids begin with `prefix-`; returns how many. */
export async function removeFleet(
  client: PlatformClient,
  credentials: Credentials,
  prefix: string,
): Promise<{ devices: number; stations: number }> {
  const matches = ({ id }: { id: string }) => id.startsWith(`${prefix}-`)
  const devices = (await client.get<DeviceView[]>('/api/devices')).filter(matches)
  await forEachLimited(devices, CONCURRENCY, async ({ id }) => {
    await client.delete(`/api/devices/${id}`)
    credentials.remove(id)
  })
  credentials.save()
  const { features } = await client.get<{ features: Pick<StationView, 'id'>[] }>('/api/stations')
  const stations = features.filter(matches)
  await forEachLimited(stations, CONCURRENCY, ({ id }) => client.delete(`/api/stations/${id}`))
  return { devices: devices.length, stations: stations.length }
}

function devicesPerRequest(devices: readonly DeviceInput[]): number {
  const widest = Math.max(1, ...devices.map(({ stations }) => stations.length))
  return Math.max(1, Math.min(1000, Math.floor(STATION_IDS_PER_REQUEST / widest)))
}

function isSame(wanted: DeviceInput, found: DeviceView): boolean {
  return (
    JSON.stringify([...wanted.stations].sort()) === JSON.stringify([...found.stations].sort()) &&
    JSON.stringify(Object.entries(wanted.units ?? {}).sort()) ===
      JSON.stringify(Object.entries(found.units).sort())
  )
}
