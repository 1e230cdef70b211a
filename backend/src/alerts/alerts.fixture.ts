import type { Transition } from '@osprey/core/alerting/types'
import type { AlertNotice } from './alert-notice.ts'

/** Notices as the evaluation makes them. */

export const T0 = Date.parse('2026-11-22T08:00:00Z')
export const MINUTE = 60_000

let told = 0

/** What all notices of one alert share. Times are minutes after T0. */
export interface Story {
  rule?: string
  station?: string
  other?: string | null
  site?: string | null
  firedAt: number
}

function noticeOf({
  rule = 'rule',
  station = 'st',
  other = null,
  site = null,
  firedAt,
}: Story): Omit<AlertNotice, 'transition' | 'recordedAt'> {
  const ofSite = site !== null
  return {
    id: ++told,
    alert: `${rule}-${site ?? station}-${firedAt}`,
    rule,
    ruleVersion: 1,
    target: ofSite ? `site:${site}` : station,
    station: ofSite ? null : station,
    other,
    site,
    property: null,
    trigger: ofSite ? 'no_data' : 'condition',
  }
}

export function fired(
  story: Story,
  change: Partial<Extract<Transition, { kind: 'fired' }>> = {},
): AlertNotice {
  const at = T0 + story.firedAt * MINUTE
  const station = story.station ?? 'st'
  const item = {
    thresholdStation: null,
    property: 'pm25',
    statistic: 'last',
    windowSeconds: 600,
    value: 80,
    operator: 'gt',
    threshold: 75,
    thresholdHigh: null,
    limit: null,
    unit: 'ug/m3',
    coverage: null,
    count: 1,
    holds: true,
  }
  const reading = (of: string) => ({
    station: of,
    property: 'pm25',
    time: new Date(at).toISOString(),
    value: 80,
    quality: 1,
  })
  const stations = story.other ? [station, story.other] : [station]
  return {
    ...noticeOf(story),
    recordedAt: at + 500,
    transition: {
      kind: 'fired',
      at,
      since: at - MINUTE,
      severity: 'moderate',
      value: 80,
      unit: 'ug/m3',
      evidence: {
        items: stations.map((of) => ({ station: of, ...item })),
        readings: stations.map(reading),
      },
      ...change,
    },
  }
}

export function raised(story: Story, minute: number, severity: 'severe' | 'extreme' = 'severe'): AlertNotice {
  const at = T0 + minute * MINUTE
  return {
    ...noticeOf(story),
    recordedAt: at + 500,
    transition: { kind: 'raised', at, severity, value: 160 },
  }
}

export function resolved(
  story: Story,
  minute: number,
  resolution?: NonNullable<AlertNotice['resolution']>,
): AlertNotice {
  const at = T0 + minute * MINUTE
  return {
    ...noticeOf(story),
    recordedAt: at + 500,
    transition: {
      kind: 'resolved',
      at,
      cause: 'cleared',
      peak: 160,
      peakAt: at - MINUTE,
      observations: 10,
      flagged: 1,
    },
    ...(resolution && { resolution }),
  }
}
