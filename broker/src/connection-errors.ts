import { RecordedRefusal } from './device-client.ts'
import type { RefusalReason } from './refusals.ts'

/** What an error of a connection means: a refusal to record, or nothing beyond the end of the connection. */
export function refusalOf(error: Error & { errorCode?: number; code?: string }): RefusalReason | undefined {
  if (error instanceof RecordedRefusal || error.code !== undefined) return undefined
  if (error.name.startsWith('Journal')) return 'not_stored'
  if (error.errorCode === 1) return 'protocol_version'
  if (error.errorCode === 6) return 'keepalive_out_of_range'
  if (error.errorCode !== undefined || ENDINGS.has(error.message)) return undefined
  if (error.message === 'connect did not arrive in time') return 'connect_timeout'
  return 'malformed_packet'
}

/** Errors of Aedes 1.2.0 that tell of a connection that ended otherwise. */
const ENDINGS: ReadonlySet<string> = new Set([
  'connection closed',
  'keep alive timeout',
  'drain timeout',
  'packet received not valid',
  'Premature close',
])
