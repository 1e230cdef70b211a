/** Whether a datastream, a station or a whole site has fallen silent. Times are epoch milliseconds. */

export interface SilenceFacts {
  /** Phenomenon or receive time of the last observation; NaN when there never was one. */
  heardAt: number
  /** Since when the platform has been listening without a break: before, nothing could be heard. */
  listeningSince: number
  now: number
  graceMs: number
}

export interface SilenceState {
  /** When it was found silent; NaN while it is not. */
  silentAt: number
  /** The last that had been heard then. */
  heardAt: number
}

export const NOT_SILENT: Readonly<SilenceState> = { silentAt: Number.NaN, heardAt: Number.NaN }

/** Since when there was silence that counts. */
export function silenceSince({
  heardAt,
  listeningSince,
}: Pick<SilenceFacts, 'heardAt' | 'listeningSince'>): number {
  return Math.max(heardAt, listeningSince)
}

/** When silence becomes an alert unless something is heard; Infinity for what was never heard. */
export function silenceDueAt(facts: Omit<SilenceFacts, 'now'>): number {
  return Number.isNaN(facts.heardAt) ? Number.POSITIVE_INFINITY : silenceSince(facts) + facts.graceMs
}

/**
 * One look: `silent` when it fell silent (at `silenceDueAt`), `heard` when it speaks again, null when nothing changed.
 * What was never heard is not missed. A platform that was away neither makes nor ends a silence.
 */
export function silenceStep(state: SilenceState, facts: SilenceFacts): 'silent' | 'heard' | null {
  if (!Number.isNaN(state.silentAt)) return facts.heardAt > state.heardAt ? 'heard' : null
  return facts.now >= silenceDueAt(facts) ? 'silent' : null
}

/** When a group was last heard: it is silent only when all its members are. Members never heard are left out. */
export function groupHeardAt(members: Iterable<number>): number {
  let heardAt = Number.NaN
  for (const member of members) if (!(member <= heardAt) && !Number.isNaN(member)) heardAt = member
  return heardAt
}
