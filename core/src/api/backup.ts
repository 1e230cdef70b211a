import { z } from 'zod'
import { line } from './fields.ts'

/** Backups over HTTP: the operator of the machine asks for one and reads lines until it is made. */

export const backupInput = z.strictObject({
  to: line(4096).describe('absolute path of a folder that does not exist yet, on the machine of the backend'),
})
export type BackupInput = z.infer<typeof backupInput>

export interface BackupResult {
  target: string
  bytes: number
  manifest: {
    observations: { count: number; datastreams: number }
    audit: { sequence: number; hash: string }
  }
}

/** A line of the answer; `made` or `failed` is the last one. Anything else as the end: the backend has ended. */
export type BackupLine = { progress: string } | { made: BackupResult } | { failed: string }
