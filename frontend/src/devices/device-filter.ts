import type { DeviceView } from '@osprey/core/api'

export const DEVICE_CONDITIONS = ['all', 'connected', 'disconnected', 'never', 'disabled'] as const
export type DeviceCondition = (typeof DEVICE_CONDITIONS)[number]
/** Exactly one for each device. */
export type DeviceState = Exclude<DeviceCondition, 'all'>

/** `never`: it has neither been connected nor sent anything since it was registered. */
export function stateOf(
  device: Pick<DeviceView, 'disabled' | 'connected' | 'disconnectedSince' | 'lastMessageAt'>,
): DeviceState {
  if (device.disabled) return 'disabled'
  if (device.connected) return 'connected'
  return device.lastMessageAt === null && device.disconnectedSince === null ? 'never' : 'disconnected'
}

/** How many devices are in each state. */
export function countStates(devices: readonly DeviceView[]): Record<DeviceCondition, number> {
  const counts = { all: devices.length, connected: 0, disconnected: 0, never: 0, disabled: 0 }
  for (const device of devices) counts[stateOf(device)]++
  return counts
}

/**
 * The devices in the wanted state whose id, or the id or name of one of whose stations, holds every word of the
 * search; case and width of letters do not matter.
 */
export function filterDevices(
  devices: readonly DeviceView[],
  condition: DeviceCondition,
  search: string,
  stationName: (id: string) => string | undefined,
): DeviceView[] {
  const words = normalise(search).split(/\s+/).filter(Boolean)
  return devices.filter((device) => {
    if (condition !== 'all' && stateOf(device) !== condition) return false
    if (words.length === 0) return true
    const names = device.stations.map((id) => `${id} ${stationName(id) ?? ''}`)
    const text = normalise(`${device.id} ${names.join(' ')}`)
    return words.every((word) => text.includes(word))
  })
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
