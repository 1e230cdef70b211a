import { DeviceDetail } from './device-detail.tsx'
import { DeviceListPage } from './device-list-page.tsx'
import './devices.css'

/** All devices, or one of them. */
export function DevicesPage({ device, search }: { device: string | null; search: string }) {
  if (device !== null) return <DeviceDetail key={device} id={device} search={search} />
  return <DeviceListPage search={search} />
}
