import type {
  ChannelInput,
  ChannelPatch,
  ChannelSettings,
  ChannelSettingsPatch,
  ChannelView,
} from '@osprey/core/api/notifications'
import { asc, eq, sql } from 'drizzle-orm'
import type { SecretBox } from '../access/secret-box.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { channels, routes } from '../database/schema.ts'
import { conflict, invalid, notFound, ProblemException } from '../http/problem.ts'
import type { ChannelSecrets } from './receivers.ts'

export const MAX_CHANNELS = 100

export type ChannelRow = typeof channels.$inferSelect

/** Where notifications can go. Addresses of the web and secrets are sealed, and leave only towards their receiver. */
export class Channels {
  constructor(
    private readonly database: Pick<Database, 'queries'>,
    private readonly box: Pick<SecretBox, 'seal' | 'open'>,
    private readonly audit: Audit,
    private readonly now: () => number = Date.now,
  ) {}

  async list(): Promise<ChannelView[]> {
    const rows = await this.database.queries.select().from(channels).orderBy(asc(channels.id))
    return rows.map((row) => this.view(row))
  }

  /** @throws ProblemException 404 */
  async row(id: string): Promise<ChannelRow> {
    const [row] = await this.database.queries.select().from(channels).where(eq(channels.id, id))
    if (!row) throw notFound('channel', id)
    return row
  }

  async create({ id, settings, ...rest }: ChannelInput): Promise<ChannelView> {
    const secrets = secretsIn(settings)
    const row = await this.database.queries.transaction(async (transaction) => {
      await transaction.execute(sql`lock table ${channels} in share row exclusive mode`)
      if ((await transaction.$count(channels, eq(channels.id, id))) > 0) throw conflict('channel', id)
      if ((await transaction.$count(channels)) >= MAX_CHANNELS) {
        throw new ProblemException(409, `at most ${MAX_CHANNELS} channels can be kept`)
      }
      const [row] = await transaction
        .insert(channels)
        .values({
          id,
          ...rest,
          kind: settings.kind,
          addresses: settings.kind === 'email' ? [...new Set(settings.addresses)] : [],
          template: 'template' in settings ? (settings.template ?? null) : null,
          ...this.sealed(id, secrets),
          createdAt: new Date(this.now()),
        })
        .returning()
      await this.audit.record(transaction, {
        action: 'channel.created',
        object: { kind: 'channel', id },
        after: this.recorded(row as ChannelRow),
      })
      return row as ChannelRow
    })
    return this.view(row)
  }

  async update(id: string, { settings, ...rest }: ChannelPatch): Promise<ChannelView> {
    const row = await this.database.queries.transaction(async (transaction) => {
      const [before] = await transaction.select().from(channels).where(eq(channels.id, id)).for('update')
      if (!before) throw notFound('channel', id)
      const set = { ...rest, ...(settings && this.changed(before, settings)) }
      if (Object.keys(set).length === 0) return before
      const [after] = await transaction.update(channels).set(set).where(eq(channels.id, id)).returning()
      await this.audit.record(transaction, {
        action: 'channel.changed',
        object: { kind: 'channel', id },
        before: this.recorded(before),
        after: {
          ...this.recorded(after as ChannelRow),
          ...('sealed' in set && { credentials: 'replaced' }),
        },
      })
      return after as ChannelRow
    })
    return this.view(row)
  }

  /** @throws ProblemException 409 while a route leads to it. */
  async remove(id: string): Promise<void> {
    await this.database.queries.transaction(async (transaction) => {
      const [before] = await transaction.select().from(channels).where(eq(channels.id, id)).for('update')
      if (!before) throw notFound('channel', id)
      const rows = await transaction.select({ id: routes.id, settings: routes.settings }).from(routes)
      const using = rows.filter(({ settings }) => settings.channels.includes(id)).map((route) => route.id)
      if (using.length > 0) {
        throw new ProblemException(
          409,
          `channel ${JSON.stringify(id)} cannot be removed: routes lead to it: ${using.join(', ')}`,
        )
      }
      await transaction.delete(channels).where(eq(channels.id, id))
      await this.audit.record(transaction, {
        action: 'channel.removed',
        object: { kind: 'channel', id },
        before: this.recorded(before),
      })
    })
  }

  async tested(id: string, delivered: boolean): Promise<void> {
    await this.audit.note({ action: 'channel.tested', object: { kind: 'channel', id }, after: { delivered } })
  }

  /** Address and secret; undefined when there are none, or the key of the data directory is another one. */
  open({ id, sealed }: Pick<ChannelRow, 'id' | 'sealed'>): ChannelSecrets | undefined {
    const text = sealed === null ? undefined : this.box.open(sealed, purposeOf(id))
    return text === undefined ? undefined : (JSON.parse(text) as ChannelSecrets)
  }

  private changed(before: ChannelRow, settings: ChannelSettingsPatch) {
    if (settings.kind !== before.kind) throw invalid('settings.kind', settings.kind, before.kind)
    const template =
      'template' in settings && settings.template !== undefined ? { template: settings.template } : {}
    if (settings.kind === 'email') {
      return settings.addresses === undefined ? {} : { addresses: [...new Set(settings.addresses)] }
    }
    if (settings.kind === 'in_app') return {}
    const secret = 'secret' in settings ? settings.secret : undefined
    if (settings.url === undefined && secret === undefined) return template
    const known = this.open(before)
    const url = settings.url ?? known?.url
    if (url === undefined)
      throw invalid('settings.url', null, 'the address: the one kept cannot be opened any more')
    // A secret is of its address: for another host it must be given anew.
    const kept = known && new URL(known.url).host === new URL(url).host ? known.secret : null
    return { ...template, ...this.sealed(before.id, { url, secret: secret === undefined ? kept : secret }) }
  }

  private sealed(id: string, secrets: ChannelSecrets | null) {
    if (secrets === null) return { sealed: null, host: null }
    return { sealed: this.box.seal(JSON.stringify(secrets), purposeOf(id)), host: new URL(secrets.url).host }
  }

  private view(row: ChannelRow): ChannelView {
    const { lastDeliveredAt, lastError } = row
    return { ...this.recorded(row), lastDeliveredAt: lastDeliveredAt?.toISOString() ?? null, lastError }
  }

  /** What of a channel may be seen and kept in the audit log. */
  private recorded(row: ChannelRow) {
    const { id, name, language, enabled, kind, addresses, host, template } = row
    const hasSecret = (this.open(row)?.secret ?? null) !== null
    return { id, name, language, enabled, kind, addresses, host, hasSecret, template }
  }
}

function secretsIn(settings: ChannelSettings): ChannelSecrets | null {
  if (!('url' in settings)) return null
  return { url: settings.url, secret: 'secret' in settings ? (settings.secret ?? null) : null }
}

function purposeOf(id: string): string {
  return `channel ${id}`
}
