import { SEVERITIES, type Severity } from '@osprey/core/api/rules'

/** What of a group of alerts is told now, what waits and why: pure, with the time as an argument. */

/** An alert as far as telling needs it. Times are epoch milliseconds. */
export interface AlertFacts {
  id: string
  state: 'firing' | 'resolved'
  severity: Severity
  recordedAt: number
  resolvedAt: number | null
  acknowledged: boolean
  snoozedUntil: number | null
  muted: boolean
  silencedBy: readonly string[]
  inhibitedBy: string | null
  flapping: boolean
  /** The alert of the same target before it was flapping already: this one is not the first to say so. */
  previousFlapping: boolean
}

/** As it is kept: alert id → `firing:severity` when last told, empty while it was not. */
export interface GroupFacts {
  told: Readonly<Record<string, string>>
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
  dropped: { alert: string; reason: HeldReason | 'resolved_not_wanted' | 'gone' }[]
  told: Record<string, string>
  /** When to look again; null when nothing waits. */
  dueAt: number | null
}

const MINUTE = 60_000
/** What holds an alert back ends with an event; this is for the case that it was missed. */
const LOOK_AGAIN = MINUTE
/** A flapping target that has been calm so long is settled. */
const CALM = 60 * MINUTE

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
  for (const [id, before] of Object.entries(group.told)) {
    const alert = alerts.get(id)
    const outcome = alert ? outcomeOf(alert, before, settings, now) : ({ drop: 'gone' } as const)
    if ('drop' in outcome) {
      if (outcome.drop !== null) result.dropped.push({ alert: id, reason: outcome.drop })
      continue
    }
    result.told[id] = before
    if ('hold' in outcome) {
      result.held.push({ alert: id, reason: outcome.hold })
      sooner(result, outcome.until)
    } else if (alert && 'news' in outcome) news.push({ alert, as: outcome.news })
    else if (alert) standing.push(alert)
  }
  const at = newsDueAt(group, news, settings)
  if (news.length > 0 && at <= now) {
    for (const { alert, as } of news) tell(result, alert, as)
  } else if (news.length > 0) sooner(result, at)
  repeat(result, group, standing, settings, now)
  return result
}

type Outcome =
  | { news: ToldAs }
  | { hold: HeldReason; until: number }
  | { drop: Telling['dropped'][number]['reason'] | null }
  | { standing: true }

function outcomeOf(alert: AlertFacts, before: string, settings: TellingSettings, now: number): Outcome {
  const held = heldBack(alert, now)
  const untold = before === ''
  if (alert.state === 'resolved') {
    if (held !== null) return { drop: held }
    if (untold && isFlappingOn(alert)) return { drop: 'flapping' }
    if (!untold && !settings.resolved) return { drop: 'resolved_not_wanted' }
    const calmAt = (alert.resolvedAt ?? now) + CALM
    if (!untold && alert.flapping && calmAt > now)
      return { hold: 'flapping', until: Math.min(calmAt, now + LOOK_AGAIN) }
    return quietOr(alert, settings, now, { news: untold ? 'over' : 'resolved' })
  }
  if (held !== null) {
    const until = held === 'snoozed' ? (alert.snoozedUntil ?? now) : now + LOOK_AGAIN
    return { hold: held, until }
  }
  if (untold) {
    if (isFlappingOn(alert)) return { hold: 'flapping', until: now + LOOK_AGAIN }
    return quietOr(alert, settings, now, { news: 'firing' })
  }
  if (before !== toldValue(alert)) return quietOr(alert, settings, now, { news: 'raised' })
  return { standing: true }
}

/** Flapping was told already with an alert before this one. */
function isFlappingOn(alert: AlertFacts): boolean {
  return alert.flapping && alert.previousFlapping
}

function quietOr(alert: AlertFacts, settings: TellingSettings, now: number, otherwise: Outcome): Outcome {
  return isQuiet(alert, settings) ? { hold: 'quiet_hours', until: nextMinute(now) } : otherwise
}

function isQuiet({ severity }: AlertFacts, { quiet }: TellingSettings): boolean {
  if (quiet === null) return false
  return quiet.except === null || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(quiet.except)
}

/** A group nothing was told of waits for company; one that was told keeps its interval. */
function newsDueAt(
  group: GroupFacts,
  news: readonly { alert: AlertFacts }[],
  settings: TellingSettings,
): number {
  const fresh = group.toldAt === null || Object.values(group.told).every((before) => before === '')
  if (!fresh) return (group.toldAt ?? 0) + settings.groupIntervalSeconds * 1000
  const first = news.reduce((least, { alert }) => Math.min(least, alert.recordedAt), Number.POSITIVE_INFINITY)
  return first + settings.groupWaitSeconds * 1000
}

/** Reminds of what fires and nobody has acknowledged; whenever the group is told anything, the time starts anew. */
function repeat(
  result: Telling,
  group: GroupFacts,
  standing: readonly AlertFacts[],
  settings: TellingSettings,
  now: number,
): void {
  if (settings.repeatSeconds === null) return
  const pause = settings.repeatSeconds * 1000
  const openNow = result.tell.length > 0
  const reminded = standing.filter((alert) => !alert.acknowledged && !alert.flapping)
  const at = openNow ? now + pause : (group.toldAt ?? now) + pause
  for (const alert of reminded) {
    if (at > now) sooner(result, at)
    else if (isQuiet(alert, settings)) sooner(result, nextMinute(now))
    else {
      tell(result, alert, 'still')
      sooner(result, now + pause)
    }
  }
  const fires = result.tell.some(({ as }) => as === 'firing' || as === 'raised')
  if (openNow && fires) sooner(result, now + pause)
}

function tell(result: Telling, alert: AlertFacts, as: ToldAs): void {
  result.tell.push({ alert: alert.id, as })
  if (alert.state === 'resolved') delete result.told[alert.id]
  else result.told[alert.id] = toldValue(alert)
}

function toldValue({ severity }: AlertFacts): string {
  return `firing:${severity}`
}

function sooner(result: Telling, at: number): void {
  result.dueAt = Math.min(result.dueAt ?? Number.POSITIVE_INFINITY, at)
}

function nextMinute(now: number): number {
  return (Math.floor(now / MINUTE) + 1) * MINUTE
}
