import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Controller, Get, Query, Res } from '@nestjs/common'
import {
  type AuditQuery,
  type AuditView,
  auditExportQuery,
  auditKeyView,
  auditQuery,
  auditView,
} from '@osprey/core/api/audit'
import type { Response } from 'express'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { unavailable } from '../http/problem.ts'
import { AuditLog } from './audit-log.ts'
import { Heads } from './heads.ts'

const LINES = 'application/x-ndjson'

@Controller('api/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly heads: Heads,
  ) {}

  @Get()
  @Endpoint({ summary: 'The audit log, newest first, searched', answer: auditView })
  async find(@Query({ schema: auditQuery }) query: AuditQuery): Promise<AuditView> {
    const { entries, next } = await this.log.search(query)
    const head = await this.log.head()
    return { entries, next, head, signed: this.heads.signed(), trouble: this.heads.trouble() }
  }

  @Get('export')
  @Endpoint({
    summary: 'The audit log for `npm run audit:verify`: one canonical entry a line, oldest first',
    answer: [LINES],
  })
  async export(
    @Query({ schema: auditExportQuery }) query: z.infer<typeof auditExportQuery>,
    @Res() response: Response,
  ): Promise<void> {
    const { from, to, pieces } = await this.log.export(Number(query.from ?? 1), (found) =>
      this.heads.report(found),
    )
    await sendLines(response, `osprey-audit-${from}-${to}.ndjson`, pieces)
  }

  @Get('heads')
  @Endpoint({
    summary: 'Every signed head of the audit log, one a line, oldest first',
    answer: [LINES],
    problems: [503],
  })
  async allHeads(@Res() response: Response): Promise<void> {
    try {
      await sendLines(response, 'osprey-audit-heads.jsonl', this.heads.contents())
    } catch (error) {
      if (response.headersSent) throw error
      throw unavailable('the directory of the signed heads cannot be read now')
    }
  }

  @Get('key')
  @Endpoint({ summary: 'The public key that the heads are signed with', answer: auditKeyView })
  key(): z.infer<typeof auditKeyView> {
    const { id, publicPem } = this.heads.publicKey
    return { key: id, publicKey: publicPem }
  }
}

/** Sends pieces as they come, no faster than the client takes them. */
async function sendLines(response: Response, name: string, pieces: AsyncIterable<unknown>): Promise<void> {
  const reading = pieces[Symbol.asyncIterator]()
  // What cannot be read at all is answered as an error instead of a broken download.
  const first = await reading.next()
  response.attachment(name).set('Content-Type', LINES)
  try {
    await pipeline(Readable.from(continued(first, reading), { highWaterMark: 2 }), response)
  } catch (error) {
    // A client that went away is no fault of ours; the pipeline has ended the reading.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

async function* continued<Piece>(first: IteratorResult<Piece>, rest: AsyncIterator<Piece>) {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
