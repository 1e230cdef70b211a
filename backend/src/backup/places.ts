import { join } from 'node:path'
import { unfinishedRestore } from '@osprey/journal/restore-mark'
import { type Config, StartError } from '../config.ts'

/** Keys in the data directory without which a restored platform could not go on. */
export const SECRET_FILES = ['secrets.key', 'audit-key.pem'] as const

/** Where signed heads of the audit log are kept. */
export function auditHeadsDirectory({ dataDir, audit }: Pick<Config, 'dataDir' | 'audit'>): string {
  return audit.directory ?? join(dataDir, 'audit-heads')
}

/** @throws StartError when the data directory holds half a restored platform. */
export function refuseUnfinishedRestore(dataDir: string): void {
  const reason = unfinishedRestore(dataDir)
  if (reason !== undefined) throw new StartError(reason)
}
