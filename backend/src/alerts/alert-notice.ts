import type { Transition } from '@osprey/core/alerting/types'
import type { Resolution } from '@osprey/core/api/alerts'
import type { Notice } from '../pipeline/notices.ts'

/** What one alert at a time stands for: `station`, `station|property` or `site:site`. */
export type Target = string

/**
 * What the evaluation tells the alerts of, durably and at least once, in order. `alert` is made of rule, target, when
 * its machine began and when it fired, so that the same transition told twice is recognised.
 */
export interface AlertNotice extends Notice {
  alert: string
  rule: string
  ruleVersion: number
  target: Target
  station: string | null
  other: string | null
  site: string | null
  property: string | null
  trigger: 'condition' | 'no_data'
  /** When the platform noticed, epoch milliseconds. */
  recordedAt: number
  transition: Transition
  /** With a transition `resolved` only. */
  resolution?: Exclude<Resolution, 'by_hand'>
}
