import type { Resolution } from '@osprey/core/api/alerts'
import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { storable, storableJson } from '../database/storable.ts'
import type { AlertNotice } from './alert-notice.ts'
import {
  type AlertChange,
  type AlertEventKind,
  type AlertEventRow,
  type AlertRow,
  untouched,
} from './alert-row.ts'

/** The beginning of `alert_events.key`, and with it what of an alert the machine tells once. */
export type ToldOnce = 'fired' | 'raised' | 'resolved'

/** What the database knows of the alerts that notices are about. */
export interface Known {
  rules: ReadonlySet<string>
  /** Those the notices name, those open for their rules and targets, and the newest of each rule and target. */
  rows: readonly AlertRow[]
}

export interface Fold {
  inserted: AlertRow[]
  updated: AlertRow[]
  events: AlertEventRow[]
  changes: AlertChange[]
  /** Notices that could not be followed, and why. */
  passedOver: { notice: AlertNotice; reason: 'unknown_rule' | 'unknown_alert' | 'already_resolved' }[]
}

/**
 * What notices do to the alerts, in order, with `now` as the time of the change. Told again, they do nothing: an alert that is there is not made again, one
 * that is resolved stays so.
 */
export function fold(notices: readonly AlertNotice[], known: Known, now: Date): Fold {
  const book = new Book(known, now)
  for (const notice of notices) {
    if (!known.rules.has(notice.rule)) book.passOver(notice, 'unknown_rule')
    else if (notice.transition.kind === 'fired') fire(book, notice, notice.transition)
    else {
      const row = book.get(notice.alert)
      if (!row) book.passOver(notice, 'unknown_alert')
      else if (notice.transition.kind === 'raised') raise(book, row, notice, notice.transition)
      else resolve(book, row, notice, notice.transition)
    }
  }
  return book.result()
}

type Of<Kind extends ToldOnce> = Extract<AlertNotice['transition'], { kind: Kind }>

function fire(book: Book, notice: AlertNotice, fired: Of<'fired'>): void {
  const known = book.get(notice.alert)
  if (known) {
    // The same notice told again has the same time; another firing must not be lost in silence.
    const isAgain = known.recordedAt.getTime() === notice.recordedAt
    if (known.state === 'resolved' && !isAgain) book.passOver(notice, 'already_resolved')
    return
  }
  const row = rowOf(notice, fired, book.now)
  const last = book.newest(row)
  const open = book.open(row)
  if (last && last.firedAt <= row.firedAt) row.previous = last.id
  const recordedAt = new Date(notice.recordedAt)
  if (open && open.firedAt <= row.firedAt) supersede(book, open, row, recordedAt)
  book.add(row)
  const detail = { severity: fired.severity, value: row.value, at: row.firedAt.toISOString() }
  book.tell(row, 'fired', recordedAt, detail, `fired ${row.id}`)
  if (open && open.firedAt > row.firedAt) supersede(book, row, open, recordedAt)
}

/** There is one open alert at a time: the end of the older one was not told. */
function supersede(book: Book, older: AlertRow, newer: AlertRow, at: Date): void {
  close(book, older, latest(older.firedAt, newer.startedAt), 'cleared')
  const detail = { resolution: 'cleared', at: older.resolvedAt?.toISOString(), supersededBy: newer.id }
  book.tell(older, 'resolved', at, detail, `resolved ${older.id}`)
}

function raise(book: Book, row: AlertRow, notice: AlertNotice, raised: Of<'raised'>): void {
  if (row.state === 'resolved' || rank(raised.severity) <= rank(row.severity)) return
  const at = new Date(notice.recordedAt)
  const detail = { from: row.severity, severity: raised.severity, value: finite(raised.value) }
  row.severity = raised.severity
  book.touch(row)
  book.tell(row, 'raised', at, detail, `raised ${row.id} ${raised.severity}`)
  reopen(book, row, at)
}

/** Whoever acknowledged or snoozed it did so for what it was: a worse alert is told, and escalates, again. */
function reopen(book: Book, row: AlertRow, at: Date): void {
  const { acknowledgedAt, acknowledgedBy: was, snoozedUntil, severity } = row
  if (acknowledgedAt !== null) {
    Object.assign(row, { acknowledgedAt: null, acknowledgedBy: null })
    book.tell(row, 'unacknowledged', at, { was, severity }, null)
  }
  if (snoozedUntil !== null) {
    row.snoozedUntil = null
    book.tell(row, 'snoozed', at, { until: null, severity }, null)
  }
}

function resolve(book: Book, row: AlertRow, notice: AlertNotice, resolved: Of<'resolved'>): void {
  const at = new Date(notice.recordedAt)
  const peak = finite(resolved.peak)
  const peakAt = resolved.peakAt === null ? null : new Date(resolved.peakAt)
  if (row.state === 'resolved') {
    // Whoever resolved it before, by hand, could not know the peak.
    if (row.peak === null && peak !== null) {
      Object.assign(row, { peak, peakAt })
      book.touch(row)
    }
    return
  }
  const resolution = notice.resolution ?? resolved.cause
  Object.assign(row, { peak, peakAt })
  close(book, row, latest(row.firedAt, new Date(resolved.at)), resolution)
  const { observations, flagged } = resolved
  const detail = { resolution, at: row.resolvedAt?.toISOString(), peak, observations, flagged }
  book.tell(row, 'resolved', at, detail, `resolved ${row.id}`)
}

function close(book: Book, row: AlertRow, resolvedAt: Date, resolution: Resolution): void {
  Object.assign(row, { state: 'resolved', resolvedAt, resolution })
  book.touch(row)
}

/** Rows as they become. */
class Book {
  private readonly rows = new Map<string, AlertRow>()
  private readonly ofTarget = new Map<string, AlertRow[]>()
  private readonly inserted = new Set<AlertRow>()
  private readonly updated = new Set<AlertRow>()
  private readonly events: AlertEventRow[] = []
  private readonly changes: AlertChange[] = []
  private readonly passedOver: Fold['passedOver'] = []

  readonly now: Date

  constructor(known: Known, now: Date) {
    this.now = now
    for (const row of known.rows) if (!this.rows.has(row.id)) this.file({ ...row })
  }

  get(id: string): AlertRow | undefined {
    return this.rows.get(id)
  }

  newest(of: AlertRow): AlertRow | undefined {
    let newest: AlertRow | undefined
    for (const row of this.ofTarget.get(targetKey(of)) ?? []) {
      if (!newest || row.firedAt > newest.firedAt) newest = row
    }
    return newest
  }

  open(of: AlertRow): AlertRow | undefined {
    return this.ofTarget.get(targetKey(of))?.find(({ state }) => state === 'firing')
  }

  add(row: AlertRow): void {
    this.file(row)
    this.inserted.add(row)
  }

  touch(row: AlertRow): void {
    row.updatedAt = latest(row.updatedAt, this.now)
    if (!this.inserted.has(row)) this.updated.add(row)
  }

  tell(
    alert: AlertRow,
    kind: AlertEventKind,
    at: Date,
    detail: Record<string, unknown>,
    /** Null for what only another that is told once can do. */
    key: `${ToldOnce} ${string}` | null,
  ): void {
    this.events.push({ alert: alert.id, at, kind, actor: '', detail, key })
    this.changes.push({ alert, kind, actor: '', detail })
  }

  passOver(notice: AlertNotice, reason: Fold['passedOver'][number]['reason']): void {
    this.passedOver.push({ notice, reason })
  }

  result(): Fold {
    const { events, changes, passedOver } = this
    return { inserted: [...this.inserted], updated: [...this.updated], events, changes, passedOver }
  }

  private file(row: AlertRow): void {
    this.rows.set(row.id, row)
    const key = targetKey(row)
    const list = this.ofTarget.get(key)
    if (list) list.push(row)
    else this.ofTarget.set(key, [row])
  }
}

/** Ids of rules hold no line break. */
export function targetKey({ rule, target }: Pick<AlertRow, 'rule' | 'target'>): string {
  return `${rule}\n${target}`
}

function rowOf(notice: AlertNotice, fired: Of<'fired'>, now: Date): AlertRow {
  const { alert, rule, ruleVersion, target, station, other, site, property, trigger } = notice
  const value = finite(fired.value)
  return {
    id: alert,
    rule,
    ruleVersion,
    target,
    station,
    other,
    site,
    property,
    trigger,
    state: 'firing',
    severity: fired.severity,
    startedAt: new Date(fired.since),
    firedAt: new Date(fired.at),
    recordedAt: new Date(notice.recordedAt),
    resolvedAt: null,
    resolution: null,
    value,
    unit: storable(fired.unit, 100),
    peak: null,
    peakAt: null,
    evidence: storableJson(fired.evidence) as AlertRow['evidence'],
    ...untouched(),
    escalated: 0,
    updatedAt: now,
  }
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other
}
