import type { LayerView, SiteView, StationFeature } from '@osprey/core/api'
import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import type { Feature } from '@osprey/core/geo'
import type { Credentials } from '../platform/credentials.ts'
import type { PlatformClient } from '../platform/platform-client.ts'
import { provisionDevices, provisionStations } from '../platform/provision.ts'
import { DEVICES } from '../territory/devices.ts'
import { LAYERS, readLayer } from '../territory/layers.ts'
import { registration } from '../territory/station.ts'
import { STATIONS } from '../territory/stations.ts'
import { registerRules } from './rules.ts'

/**
 * Registers what of the territory is missing on the platform: layers, jurisdictions, sites, stations, rules, devices. What
 * people changed stays. Returns the secrets by device.
 */
export async function registerTerritory(
  client: PlatformClient,
  credentials: Credentials,
): Promise<Map<string, string>> {
  await registerLayers(client)
  await registerJurisdictions(client)
  await registerSites(client)
  await provisionStations(client, STATIONS.map(registration))
  await registerRules(client)
  const inputs = DEVICES.map(({ id, stations, units }) => ({
    id,
    stations: [...stations],
    units: { ...units },
  }))
  return provisionDevices(client, credentials, inputs)
}

/** The newest phenomenon time the platform has of each station, epoch ms. */
export async function newestTimes(client: PlatformClient): Promise<Map<string, number>> {
  const { features } = await client.get<{ features: StationFeature[] }>('/api/stations')
  const newest = new Map<string, number>()
  for (const { id, properties } of features) {
    const times = Object.values(properties.latest ?? {}).map(({ time }) => Date.parse(time))
    if (times.length > 0) newest.set(id, Math.max(...times))
  }
  return newest
}

async function registerLayers(client: PlatformClient): Promise<void> {
  const existing = new Set((await client.get<LayerView[]>('/api/layers')).map(({ id }) => id))
  for (const { id, name, kind } of LAYERS) {
    if (existing.has(id)) continue
    await client.putText(`/api/layers/${id}`, JSON.stringify(readLayer(id)), 'application/geo+json', {
      name,
      kind,
    })
  }
}

/** The prefecture and its seven counties and districts, for accounts that reach only a part. */
async function registerJurisdictions(client: PlatformClient): Promise<void> {
  const existing = new Set((await client.get<JurisdictionView[]>('/api/jurisdictions')).map(({ id }) => id))
  const missing = jurisdictions().filter(({ id }) => !existing.has(id))
  if (missing.length === 0) return
  const collection = { type: 'FeatureCollection', features: missing }
  await client.postText('/api/jurisdictions/import', JSON.stringify(collection), 'application/geo+json')
}

const PREFECTURE = { id: 'echuan', name: 'Echuan 鹗川' }

function jurisdictions() {
  const parts = readLayer('jurisdictions').features
  const coordinates = parts.map(({ geometry }) => geometry?.coordinates)
  const feature = (id: string, name: string, parent: string | null, geometry: object | null) => ({
    type: 'Feature',
    id,
    geometry,
    properties: { name, parent },
  })
  return [
    feature(PREFECTURE.id, PREFECTURE.name, null, { type: 'MultiPolygon', coordinates }),
    ...parts.map(({ id, properties, geometry }) => {
      const { name, name_zh } = properties as { name: string; name_zh: string }
      return feature(String(id), `${name} ${name_zh}`, PREFECTURE.id, geometry)
    }),
  ]
}

async function registerSites(client: PlatformClient): Promise<void> {
  const existing = new Set((await client.get<SiteView[]>('/api/sites')).map(({ id }) => id))
  for (const feature of readLayer('sites').features) {
    if (existing.has(String(feature.id))) continue
    await client.post('/api/sites', siteInput(feature))
  }
}

function siteInput({ id, properties, geometry }: Feature) {
  const { name, ...attributes } = properties as { name: string; [attribute: string]: string }
  const rings = (geometry?.coordinates ?? []) as [number, number][][]
  // The first position of a ring is repeated as its last.
  const corners = rings[0]?.slice(1) ?? []
  const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length
  return { id: String(id), name, longitude: round(mean(0)), latitude: round(mean(1)), attributes }
}

function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}
