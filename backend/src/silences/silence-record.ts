import type { SilenceTerms } from '@osprey/core/alerting/noise'
import type { SilenceInput } from '@osprey/core/api/alerts'
import type { silences } from '../database/schema.ts'

export type SilenceRow = typeof silences.$inferSelect

/** A silence as it is held in memory. */
export interface SilenceRecord extends SilenceTerms {
  readonly reason: string
  readonly author: string
  readonly createdAt: number
  /** Who ended it before its time. */
  readonly endedBy: string | null
}

export function recordOf(row: SilenceRow): SilenceRecord {
  const { startsAt, endsAt, createdAt, ...rest } = row
  return { ...rest, startsAt: startsAt.getTime(), endsAt: endsAt.getTime(), createdAt: createdAt.getTime() }
}

/** As it was asked for: what the log and the views have in common. */
export function inputOf(silence: SilenceRecord): SilenceInput {
  const { jurisdiction, reason, scope, rules, severities, startsAt, endsAt, recurring } = silence
  return {
    jurisdiction,
    reason,
    scope,
    rules: rules && [...rules],
    severities: severities && [...severities],
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    recurring,
  }
}
