import { createHash, randomUUID } from 'node:crypto'
import type { CommandInput, CommandView } from '@osprey/core/api'
import { type CommandQueue, CommandQueueFullError } from '@osprey/journal/commands'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import { canonicalJson, plainJson } from '../audit/canonical.ts'
import type { Database } from '../database/database.ts'
import { commands } from '../database/schema.ts'
import { storable, storableJson } from '../database/storable.ts'
import { ProblemException } from '../http/problem.ts'
import type { CommandResultNotice } from '../pipeline/notices.ts'

/** Newest kept per device. */
const MAX_PER_DEVICE = 200
const MAX_RESULT = 10_000
/** A result may come in after its command expired; until then the command waits for it. */
const RESULT_GRACE_MS = 60_000

type CommandRow = typeof commands.$inferSelect

interface CommandMessage {
  id: string
  name: string
  parameters: Record<string, unknown>
  expiresAt: string
}

/**
 * Commands to devices. PostgreSQL keeps their history; the queue beside the journal hands them to the broker;
 * results come back on the device's topic through the pipeline.
 */
export class Commands {
  constructor(
    private readonly database: Database,
    private readonly queue: Pick<CommandQueue, 'push'>,
    private readonly audit: Audit,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Queues a command for an existing device. @throws ProblemException 409 when too many are waiting. */
  async send(device: string, input: CommandInput, requestedBy: string): Promise<string> {
    const id = randomUUID()
    const now = this.now()
    const expiresAt = now + input.expiresInSeconds * 1000
    const { name, parameters } = input
    const message = { id, name, parameters: parameters ?? {}, expiresAt: new Date(expiresAt).toISOString() }
    await this.database.queries.transaction(async (transaction) => {
      await transaction.insert(commands).values({
        id,
        device,
        name,
        parameters: parameters ?? null,
        requestedBy,
        status: 'queued',
        createdAt: new Date(now),
        expiresAt: new Date(expiresAt),
      })
      await this.audit.record(transaction, {
        action: 'command.sent',
        object: { kind: 'device', id: device },
        after: commandRecord(message),
      })
    })
    // Only what is on record may reach a device. Should the process end here, the command expires unsent.
    try {
      await this.push(device, message, expiresAt)
    } catch (error) {
      await this.notSent(device, id, error as Error)
      throw error instanceof CommandQueueFullError ? new ProblemException(409, error.message) : error
    }
    this.log.info({ event: 'command', device, command: name, id, requestedBy }, 'command queued')
    await this.trim(device)
    return id
  }

  async list(device: string): Promise<CommandView[]> {
    const rows = await this.database.queries
      .select()
      .from(commands)
      .where(eq(commands.device, device))
      .orderBy(desc(commands.createdAt))
      .limit(MAX_PER_DEVICE)
    return rows.map(view)
  }

  /** Takes what devices answered. An answer that fits no open command of its device is logged and left. */
  async results(notices: readonly CommandResultNotice[]): Promise<void> {
    for (const { device, receivedAt, payload } of notices) {
      const result = parseResult(payload)
      const completed =
        result &&
        (await this.database.queries
          .update(commands)
          .set({ status: result.status, result: result.body, completedAt: new Date(receivedAt) })
          .where(
            and(
              eq(commands.id, result.id),
              eq(commands.device, storable(device, 100)),
              inArray(commands.status, ['queued', 'expired']),
            ),
          )
          .returning({ id: commands.id }))
      if (!completed?.length) this.log.warn({ device, id: result?.id }, 'result of no open command')
    }
  }

  /** Marks commands nobody answered in time. */
  async expire(): Promise<void> {
    await this.database.queries
      .update(commands)
      .set({ status: 'expired' })
      .where(
        and(eq(commands.status, 'queued'), lt(commands.expiresAt, new Date(this.now() - RESULT_GRACE_MS))),
      )
  }

  private async push(device: string, message: { id: string }, expiresAt: number): Promise<void> {
    const payload = Buffer.from(JSON.stringify(message))
    await this.queue.push({ id: message.id, deviceId: device, payload, expiresAt })
  }

  private async notSent(device: string, id: string, { message }: Error): Promise<void> {
    const reason = storable(message, 300)
    try {
      await this.database.queries.transaction(async (transaction) => {
        await transaction
          .update(commands)
          .set({ status: 'failed', result: { notSent: reason }, completedAt: new Date(this.now()) })
          .where(eq(commands.id, id))
        await this.audit.record(transaction, {
          action: 'command.not_sent',
          object: { kind: 'device', id: device },
          after: { id, reason },
        })
      })
      await this.trim(device)
    } catch (error) {
      this.log.error({ err: error, device, id, reason }, 'a command that was not sent could not be marked so')
    }
  }

  private async trim(device: string): Promise<void> {
    await this.database.queries.execute(sql`
      delete from ${commands} where id in (
        select id from ${commands} where device = ${device} order by created_at desc offset ${MAX_PER_DEVICE}
      )`)
  }
}

/** What is recorded of a command: values of parameters may be secrets of the device, their digest tells them apart. */
function commandRecord(message: CommandMessage) {
  const { id, name, parameters, expiresAt } = message
  const canonical = canonicalJson(plainJson(parameters))
  const parametersSha256 = createHash('sha256').update(canonical).digest('hex')
  return { id, name, expiresAt, parameters: Object.keys(parameters).sort(), parametersSha256 }
}

/** `{"id": …, "status": "succeeded" | "failed", …}`; a result that names no failure is a success. */
function parseResult(payload: string) {
  let body: unknown
  try {
    body = JSON.parse(storable(payload, MAX_RESULT))
  } catch {
    return undefined
  }
  if (typeof body !== 'object' || body === null) return undefined
  const { id, status } = body as { id?: unknown; status?: unknown }
  if (typeof id !== 'string' || id.length > 64) return undefined
  const outcome = status === 'failed' ? ('failed' as const) : ('succeeded' as const)
  return { id: storable(id, 64), status: outcome, body: storableJson(body) }
}

function view(row: CommandRow): CommandView {
  const { device: _device, createdAt, expiresAt, completedAt, ...rest } = row
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    completedAt: completedAt?.toISOString() ?? null,
  }
}
