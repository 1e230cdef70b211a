import type { DevicesQuery } from '@osprey/core/api'
import type { Device } from './registry.ts'

type State = NonNullable<DevicesQuery['state']>

/** The devices a page of the list shows, by id in the order of code units, so that pages neither overlap nor skip. */
export function pageOfDevices(
  devices: Iterable<Device>,
  { text, state, after, limit }: DevicesQuery,
  isConnected: (id: string) => boolean,
): Device[] {
  const wanted = text?.toLowerCase()
  const found: Device[] = []
  for (const device of devices) {
    if (after !== undefined && device.id <= after) continue
    if (state !== undefined && stateOf(device, isConnected) !== state) continue
    if (wanted !== undefined && !isNamed(device, wanted)) continue
    found.push(device)
  }
  return found.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, Number(limit))
}

function stateOf({ id, disabled }: Device, isConnected: (id: string) => boolean): State {
  if (disabled) return 'disabled'
  return isConnected(id) ? 'connected' : 'disconnected'
}

function isNamed({ id, stations }: Device, part: string): boolean {
  return id.toLowerCase().includes(part) || stations.some((station) => station.toLowerCase().includes(part))
}
