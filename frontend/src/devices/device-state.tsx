import type { DeviceView } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { Age } from '../ui/age.tsx'
import { type DeviceState as State, stateOf } from './device-filter.ts'

const LOOK: Record<State, string> = {
  connected: 'positive',
  disconnected: 'caution',
  never: '',
  disabled: 'negative',
}

/** The state of a device's connection in words and since when. */
export function DeviceState({ device }: { device: DeviceView }) {
  const { t } = useText()
  const state = stateOf(device)
  const since = device.connected ? device.connectedSince : device.disconnectedSince
  return (
    <span className="device-state">
      <span className={`chip ${LOOK[state]}`} data-testid="device-state" data-state={state}>
        {t(`devices.state.${state}`)}
      </span>
      {since !== null && state !== 'disabled' && (
        <span className="device-since">
          <Age time={since} />
        </span>
      )}
    </span>
  )
}
