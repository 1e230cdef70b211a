import { isAbsolute } from 'node:path'
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common'
import { type BackupInput, type BackupLine, backupInput } from '@osprey/core/api/backup'
import type { Request, Response } from 'express'
import { StartError } from '../config.ts'
import { Endpoint } from '../http/endpoint.ts'
import { invalid, ProblemException } from '../http/problem.ts'
import { Backups } from './backups.ts'

@Controller('api/backups')
export class BackupsController {
  constructor(private readonly backups: Backups) {}

  @Post()
  @HttpCode(200)
  @Endpoint({
    summary: 'Make a backup in a folder of this machine; only with its operator token. Answers line by line',
    answer: ['application/x-ndjson'],
    problems: [409],
  })
  async make(
    @Body({ schema: backupInput }) { to }: BackupInput,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    // A path on this machine is nobody's business who is not at it, whatever their role.
    if (request.principal?.via !== 'operator') {
      throw new ProblemException(403, 'backups are made on this machine itself, with npm run backup')
    }
    if (!isAbsolute(to)) throw invalid('to', to, 'an absolute path')
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('whoever asked for the backup has gone')))
    const say = (line: BackupLine) => {
      if (!response.headersSent) response.set('Content-Type', 'application/x-ndjson')
      response.write(`${JSON.stringify(line)}\n`)
    }
    try {
      const progress = (line: string) => say({ progress: line })
      say({ made: await this.backups.make(to, { signal: gone.signal, progress }) })
    } catch (error) {
      if (!response.headersSent && error instanceof StartError) throw new ProblemException(400, error.message)
      if (!response.headersSent) throw error
      // The operator may know: it is the one who owns this machine.
      say({ failed: error instanceof StartError ? error.message : String(error) })
    }
    response.end()
  }
}
