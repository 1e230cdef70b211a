import { expect, test } from '@jest/globals'
import type { Evidence } from '../api/alerts.ts'
import { RuleInstance } from './rule-instance.ts'
import { type ConditionInput, compare, EPOCH, instanceOf, OTHER, rule, STATION } from './timeline.fixture.ts'

const pairs = { pairs: [{ station: STATION.id, other: OTHER.id }] }
const measured = (of: 'station' | 'other') => ({
  kind: 'measure',
  measure: { of, property: 'pm25', statistic: 'last', windowSeconds: 3600 },
  offset: -1000,
})

/** Fires on a reading of each station. */
function evidenceOf(condition: ConditionInput): Evidence {
  let evidence: Evidence | undefined
  const instance: RuleInstance = instanceOf(rule(condition, {}, pairs))
  const emit = (transition: { kind: string; evidence?: Evidence }) => {
    if (transition.kind === 'fired') evidence = transition.evidence
  }
  instance.inputs.forEach((_, input) => {
    instance.observe(input, EPOCH, 50, 1, emit)
  })
  instance.settle(emit)
  if (evidence === undefined) throw new Error('it does not fire')
  return evidence
}

const cases: [string, ConditionInput, station: string, thresholdStation: string | null][] = [
  ['a number', compare('gt', 10) as ConditionInput, 'one', null],
  ['a number, measured at the other', compare('gt', 10, { of: 'other' }) as ConditionInput, 'two', null],
  ['the other', compare('gt', 10, {}, { threshold: measured('other') }) as ConditionInput, 'one', 'two'],
  [
    'the first, measured at the other',
    compare('gt', 10, { of: 'other' }, { threshold: measured('station') }) as ConditionInput,
    'two',
    'one',
  ],
  [
    'the other at the severity reached',
    compare(
      'gt',
      10,
      {},
      { levels: [{ severity: 'severe', threshold: measured('other') }] },
    ) as ConditionInput,
    'one',
    'two',
  ],
]
test.each(cases)(
  'evidence says whose value and threshold it is: %s',
  (_, condition, station, thresholdStation) => {
    expect(evidenceOf(condition).items).toMatchObject([{ station, thresholdStation }])
  },
)
