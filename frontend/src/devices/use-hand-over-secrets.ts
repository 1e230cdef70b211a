import type { DeviceSecret } from '@osprey/core/api'
import { useWorkspace } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { brokerOf } from './credentials.ts'

/** Shows the secrets of devices that were just made, and where those devices connect. */
export function useHandOverSecrets(): (secrets: readonly DeviceSecret[]) => void {
  const handOver = useHandOver()
  const { config } = useWorkspace()
  return (secrets) =>
    handOver({ kind: 'devices', secrets, broker: brokerOf(config.get(), location.hostname) })
}
