import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import { ProblemException } from '../http/problem.ts'
import { type BackupSources, type BackupSteps, type MadeBackup, makeBackup } from './backup.ts'

/** Backups of the running platform, one at a time. */
export class Backups {
  private busy = false

  constructor(
    private readonly sources: BackupSources,
    private readonly audit: Pick<Audit, 'note'>,
    private readonly log: Logger,
  ) {}

  /** @throws ProblemException 409 while another one is being made; StartError when there cannot be one there. */
  async make(target: string, steps: BackupSteps): Promise<MadeBackup> {
    if (this.busy) throw new ProblemException(409, 'a backup is being made already')
    this.busy = true
    try {
      const made = await makeBackup(this.sources, target, steps)
      await this.audit.note(madeEvent(made))
      this.log.info({ target, bytes: made.bytes }, 'backup made')
      return made
    } catch (error) {
      this.log.error({ err: error, target }, 'backup failed')
      throw error
    } finally {
      this.busy = false
    }
  }
}

export function madeEvent({ target, bytes, manifest }: MadeBackup) {
  const after = { bytes, observations: manifest.observations.count, auditHead: manifest.audit }
  return { action: 'backup.made' as const, object: { kind: 'backup', id: target }, after }
}
