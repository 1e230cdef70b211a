import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { rules, ruleVersions } from '../database/schema.ts'
import { Alerts } from './alerts.ts'
import { RuleTexts } from './rule-texts.ts'

/** The alerts on a database of their own. */
export class AlertsWorld {
  readonly log: string[] = []
  readonly texts = new RuleTexts(() => this.database.queries)
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'osprey-alerts-'))
  private readonly logger = pino({ level: 'debug' }, { write: (line: string) => this.log.push(line) })
  readonly database = new Database(this.dataDir, undefined, this.logger)
  now = Date.parse('2026-11-22T20:00:00Z')
  alerts!: Alerts

  async start(...ruleIds: string[]): Promise<void> {
    await this.database.start()
    for (const id of ruleIds) await this.addRule(id)
    this.begin()
  }

  /** As after a start: nothing is remembered but the database. */
  begin(): void {
    this.alerts = new Alerts({
      database: this.database,
      texts: this.texts,
      now: () => this.now,
      log: this.logger,
    })
  }

  async stop(): Promise<void> {
    await this.database.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  async empty(): Promise<void> {
    await this.database.queries.execute(sql`truncate cap_messages, alert_events, alerts`)
  }

  private async addRule(id: string): Promise<void> {
    const definition = { name: `Name of ${id}` } as never
    const at = new Date(this.now)
    const by = { createdBy: 'test', createdAt: at, updatedBy: 'test', updatedAt: at }
    await this.database.queries
      .insert(rules)
      .values({ id, jurisdiction: null, active: true, version: 1, definition, ...by })
    await this.database.queries
      .insert(ruleVersions)
      .values({ rule: id, version: 1, definition, note: '', author: 'test', at })
  }
}
