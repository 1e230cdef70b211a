import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import type { LastTold } from '../database/schema.ts'

/** What of a group of alerts is told now, what waits and why: pure, with the time as an argument. */

/** An alert as far as telling needs it. Times are epoch milliseconds. */
export interface AlertFacts {
  id: string
  state: 'firing' | 'resolved'
  severity: Severity
  recordedAt: number
  acknowledged: boolean
  snoozedUntil: number | null
  muted: boolean
  silencedBy: readonly string[]
  inhibitedBy: string | null
  flapping: boolean
  /** The rule and what it judges: alerts of one target follow each other, and it is the target that flaps. */
  target: string
  /** When the target has been calm for long enough, if it stays so; infinite while it fires. */
  calmAt: number
  /** The route still leads from this alert. */
  routed: boolean
}

/** As it is kept: alert id → how it was last told, null while it was not. */
export interface GroupFacts {
  told: Readonly<Record<string, LastTold | null>>
  toldAt: number | null
}

export interface TellingSettings {
  groupWaitSeconds: number
  groupIntervalSeconds: number
  repeatSeconds: number | null
  resolved: boolean
  /** Quiet hours hold now, except for what is so severe. */
  quiet: { except: Severity | null } | null
}

export type HeldReason = 'silenced' | 'inhibited' | 'snoozed' | 'muted' | 'flapping' | 'quiet_hours'
/** `over`: it fired and resolved before it could be told. `still`: a repetition. */
export type ToldAs = 'firing' | 'raised' | 'still' | 'resolved' | 'over'

export interface Telling {
  tell: { alert: string; as: ToldAs }[]
  /** What waits until something ends. */
  held: { alert: string; reason: HeldReason }[]
  /** Never told, or its end is not: it was over while something held it back, or the route does not want it. */
  dropped: { alert: string; reason: HeldReason | 'resolved_not_wanted' | 'not_routed' | 'gone' }[]
  told: Record<string, LastTold | null>
  /** When to look again; null when nothing waits. */
  dueAt: number | null
}

const MINUTE = 60_000
/** What holds an alert back ends with an event; this is for the case that it was missed. */
const LOOK_AGAIN = MINUTE

/** Why an alert is not told at all now; null when it may be. */
export function heldBack(alert: AlertFacts, now: number): Exclude<HeldReason, 'quiet_hours'> | null {
  if (alert.silencedBy.length > 0) return 'silenced'
  if (alert.inhibitedBy !== null) return 'inhibited'
  if (alert.muted) return 'muted'
  if (alert.snoozedUntil !== null && alert.snoozedUntil > now) return 'snoozed'
  return null
}

/** Decides about one group. `alerts` holds those of `group.told` that still exist. */
export function tellingOf(
  group: GroupFacts,
  alerts: ReadonlyMap<string, AlertFacts>,
  settings: TellingSettings,
  now: number,
): Telling {
  const result: Telling = { tell: [], held: [], dropped: [], told: {}, dueAt: null }
  const news: { alert: AlertFacts; as: ToldAs }[] = []
  const standing: AlertFacts[] = []
  const flapping = new FlappingTold(group, alerts)
  for (const [id, before] of worstFirst(group, alerts)) {
    const alert = alerts.get(id)
    const outcome = alert
      ? outcomeOf(alert, before, { flapping, settings, now })
      : ({ drop: 'gone' } as const)
    if ('drop' in outcome) {
      if (outcome.drop !== null) result.dropped.push({ alert: id, reason: outcome.drop })
      continue
    }
    result.told[id] = before
    if ('hold' in outcome) {
      result.held.push({ alert: id, reason: outcome.hold })
      sooner(result, outcome.until)
    } else if (alert && 'news' in outcome) {
      news.push({ alert, as: outcome.news })
      if (outcome.news !== 'resolved') flapping.add(alert, alert.severity)
    } else if (alert) standing.push(alert)
  }
  const reminders = remindersOf(group, standing, settings, now)
  const at = newsDueAt(group, news, settings)
  if (news.length > 0 && at > now && reminders.now.length === 0) sooner(result, at)
  else for (const { alert, as } of news) tell(result, alert, as, settings, now)
  for (const alert of reminders.now) tell(result, alert, 'still', settings, now)
  if (reminders.dueAt !== null) sooner(result, reminders.dueAt)
  return result
}

/** Of several alerts of one flapping target it is the worst of those that fire that is told. */
function worstFirst(
  { told }: GroupFacts,
  alerts: ReadonlyMap<string, AlertFacts>,
): [string, LastTold | null][] {
  const place = (id: string): number => {
    const alert = alerts.get(id)
    return alert ? rank(alert.severity) + (alert.state === 'firing' ? SEVERITIES.length : 0) : -1
  }
  return Object.entries(told).sort(([one], [other]) => place(other) - place(one))
}

/** What this group has told of flapping targets, whichever of their alerts it told it with. */
class FlappingTold {
  private readonly ranks = new Map<string, number>()

  constructor({ told }: GroupFacts, alerts: ReadonlyMap<string, AlertFacts>) {
    for (const [id, before] of Object.entries(told)) {
      const alert = alerts.get(id)
      if (alert && before !== null) this.add(alert, before.severity)
    }
  }

  add({ flapping, target }: AlertFacts, severity: Severity): void {
    if (flapping) this.ranks.set(target, Math.max(this.ranks.get(target) ?? -1, rank(severity)))
  }

  /** It was told already that the target flaps, and as severe as this. */
  covers({ flapping, target, severity }: AlertFacts): boolean {
    return flapping && (this.ranks.get(target) ?? -1) >= rank(severity)
  }
}

type Outcome =
  | { news: ToldAs }
  | { hold: HeldReason; until: number }
  | { drop: Telling['dropped'][number]['reason'] | null }
  | { standing: true }

interface Judging {
  flapping: FlappingTold
  settings: TellingSettings
  now: number
}

function outcomeOf(alert: AlertFacts, before: LastTold | null, judging: Judging): Outcome {
  if (alert.state === 'resolved') {
    return before === null ? neverTold(alert, judging) : endOf(alert, before, judging)
  }
  if (!alert.routed) return { drop: 'not_routed' }
  const { flapping, settings, now } = judging
  const held = heldBack(alert, now)
  if (held !== null) {
    const until = held === 'snoozed' ? (alert.snoozedUntil ?? now) : now + LOOK_AGAIN
    return { hold: held, until }
  }
  if (before === null) {
    if (flapping.covers(alert)) return { hold: 'flapping', until: now + LOOK_AGAIN }
    return quietOr(alert, settings, now, { news: 'firing' })
  }
  if (before.severity !== alert.severity) return quietOr(alert, settings, now, { news: 'raised' })
  return { standing: true }
}

/** Over before it was told. */
function neverTold(alert: AlertFacts, { flapping, settings, now }: Judging): Outcome {
  if (!alert.routed) return { drop: 'not_routed' }
  const held = heldBack(alert, now)
  if (held !== null) return { drop: held }
  if (flapping.covers(alert)) return { drop: 'flapping' }
  return quietOr(alert, settings, now, { news: 'over' })
}

/** Whoever was told that it fires is told that it is over, whatever held it back in the meantime. */
function endOf(alert: AlertFacts, before: LastTold, { settings, now }: Judging): Outcome {
  if (alert.flapping && alert.calmAt > now) return { hold: 'flapping', until: calmLook(alert, now) }
  if (before.over) return { drop: null }
  if (!settings.resolved) return { drop: 'resolved_not_wanted' }
  return quietOr(alert, settings, now, { news: 'resolved' })
}

function calmLook({ calmAt }: AlertFacts, now: number): number {
  return Math.min(calmAt, now + LOOK_AGAIN)
}

function quietOr(alert: AlertFacts, settings: TellingSettings, now: number, otherwise: Outcome): Outcome {
  return isQuiet(alert, settings) ? { hold: 'quiet_hours', until: nextMinute(now) } : otherwise
}

function isQuiet({ severity }: AlertFacts, { quiet }: TellingSettings): boolean {
  if (quiet === null) return false
  return quiet.except === null || rank(severity) < rank(quiet.except)
}

/** A group nothing was told of waits for company; one that was told keeps its interval. */
function newsDueAt(
  group: GroupFacts,
  news: readonly { alert: AlertFacts }[],
  settings: TellingSettings,
): number {
  const fresh = group.toldAt === null || Object.values(group.told).every((before) => before === null)
  if (!fresh) return (group.toldAt ?? 0) + settings.groupIntervalSeconds * 1000
  const first = news.reduce((least, { alert }) => Math.min(least, alert.recordedAt), Number.POSITIVE_INFINITY)
  return first + settings.groupWaitSeconds * 1000
}

/** What fires and nobody has acknowledged is told again so long after it was last told. */
function remindersOf(
  group: GroupFacts,
  standing: readonly AlertFacts[],
  settings: TellingSettings,
  now: number,
): { now: AlertFacts[]; dueAt: number | null } {
  if (settings.repeatSeconds === null) return { now: [], dueAt: null }
  const pause = settings.repeatSeconds * 1000
  const reminded = standing
    .filter((alert) => !alert.acknowledged && !alert.flapping)
    .map((alert) => ({
      alert,
      at: (group.told[alert.id]?.at ?? now) + pause,
      quiet: isQuiet(alert, settings),
    }))
  const goes = reminded.some(({ at, quiet }) => at <= now && !quiet)
  // One message for what was told at different times, rather than one for each.
  const soon = now + pause / 2
  const due: AlertFacts[] = []
  let dueAt = Number.POSITIVE_INFINITY
  for (const { alert, at, quiet } of reminded) {
    if (goes && at <= soon && !quiet) due.push(alert)
    else dueAt = Math.min(dueAt, quiet ? Math.max(at, nextMinute(now)) : at)
  }
  return { now: due, dueAt: dueAt === Number.POSITIVE_INFINITY ? null : dueAt }
}

function tell(result: Telling, alert: AlertFacts, as: ToldAs, settings: TellingSettings, now: number): void {
  const { id, severity, state } = alert
  result.tell.push({ alert: id, as })
  if (state === 'firing') {
    result.told[id] = { severity, at: now }
    if (settings.repeatSeconds !== null) sooner(result, now + settings.repeatSeconds * 1000)
  } else if (as === 'over' && alert.flapping) {
    // Remembered until the target is calm, so that its next alerts are not told one by one.
    result.told[id] = { severity, at: now, over: true }
    sooner(result, calmLook(alert, now))
  } else delete result.told[id]
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function sooner(result: Telling, at: number): void {
  result.dueAt = Math.min(result.dueAt ?? Number.POSITIVE_INFINITY, at)
}

function nextMinute(now: number): number {
  return (Math.floor(now / MINUTE) + 1) * MINUTE
}
