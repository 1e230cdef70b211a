import type { SimulatedStation } from './station.ts'
import { STATIONS } from './stations.ts'

/** One device: a login, the stations it speaks for, and how it speaks. */
export interface SimulatedDevice {
  id: string
  stations: readonly string[]
  protocol: 'observations' | 'senml'
  /** Reports wait until the oldest is this old, ms, then travel together; 0 sends each at once. */
  batch: number
  /** UCUM codes of what the device reports in other units than the catalogue's. */
  units: Readonly<Record<string, string>>
  /** Leaves the time to the platform, having no clock. */
  clockless: boolean
}

type Way = Partial<Omit<SimulatedDevice, 'id' | 'stations'>>

/** Gateways by id, with the stations behind them. */
const GATEWAYS: readonly { id: string; speaksFor: (station: SimulatedStation) => boolean; way?: Way }[] = [
  { id: 'gw-echeng-grid', speaksFor: ({ id }) => id.startsWith('grid-') },
  {
    id: 'gw-heyang-park',
    speaksFor: isEquipmentOf(['ruihe', 'huasheng', 'lantian', 'jinmao', 'heyang-wwtp']),
  },
  {
    id: 'gw-donggang-park',
    speaksFor: isEquipmentOf(['donggang-power', 'xinyuan', 'hongda', 'chengtai', 'donggang-wwtp']),
  },
  {
    id: 'gw-nanping-soil',
    speaksFor: ({ id }) => SOIL_LOGGERS.includes(id),
    way: { protocol: 'senml', batch: 60_000 },
  },
]

const SOIL_LOGGERS = ['soil-nanping', 'soil-caoxi', 'soil-orchard']

/** Devices of a station's own that differ from the usual. */
const WAYS: Readonly<Record<string, Way>> = {
  // An imported analyser that knows mole fractions only.
  'air-old-bridge': {
    units: { so2: '[ppb]', no: '[ppb]', no2: '[ppb]', nox: '[ppb]', o3: '[ppb]', co: '[ppm]' },
  },
  'bg-yunmen-hills': { protocol: 'senml' },
  // On solar power: it wakes its radio every two minutes.
  'bg-west-hills': { batch: 120_000 },
  'wx-beiling': { protocol: 'senml' },
  'wx-nanping': { units: { wind_speed: 'km/h', temperature: '[degF]', dewpoint: '[degF]' } },
  'mirror-lake-west': { protocol: 'senml', batch: 30_000 },
  'noise-hospital': { clockless: true },
  'noise-jinghu': { clockless: true },
}

const USUAL: Omit<SimulatedDevice, 'id' | 'stations'> = {
  protocol: 'observations',
  batch: 0,
  units: {},
  clockless: false,
}

/** Every device: the gateways, then one device for each station that has none. */
export const DEVICES: readonly SimulatedDevice[] = listDevices()

function listDevices(): SimulatedDevice[] {
  const gateways = GATEWAYS.map(({ id, speaksFor, way }) => {
    return { ...USUAL, ...way, id, stations: STATIONS.filter(speaksFor).map((station) => station.id) }
  })
  const behindGateways = new Set(gateways.flatMap(({ stations }) => stations))
  const alone = STATIONS.filter(({ id }) => !behindGateways.has(id))
  return [...gateways, ...alone.map(({ id }) => ({ ...USUAL, ...WAYS[id], id: `dev-${id}`, stations: [id] }))]
}

function isEquipmentOf(sites: readonly string[]) {
  return ({ medium, site }: SimulatedStation) => medium === 'equipment' && sites.includes(site ?? '')
}
