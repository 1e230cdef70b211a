import { describe, expect, test } from '@jest/globals'
import {
  type Comparison,
  type Condition,
  libraryRuleView,
  measuresOf,
  type RuleDefinition,
} from '../api/rules.ts'
import { propertyById } from '../properties.ts'
import { LIBRARY, libraryRule } from './library.ts'
import { averagingOf } from './limits/averaging.ts'
import { limitsNamed } from './limits/limits.ts'
import { NAMES } from './sentence.fixture.ts'
import { sentenceOf } from './sentence.ts'

function comparisons(condition: Condition): Comparison[] {
  if (condition.kind === 'comparison') return [condition]
  if (condition.kind === 'not') return comparisons(condition.condition)
  return condition.conditions.flatMap(comparisons)
}

function comparisonsOf({ trigger }: RuleDefinition): Comparison[] {
  return trigger.kind === 'condition' ? comparisons(trigger.condition) : []
}

test('ids are unique and found again', () => {
  expect(new Set(LIBRARY.map(({ id }) => id)).size).toBe(LIBRARY.length)
  expect(LIBRARY.length).toBeGreaterThanOrEqual(30)
  for (const rule of LIBRARY) expect(libraryRule(rule.id)).toBe(rule)
  expect(libraryRule('constructor')).toBeUndefined()
})

describe.each(LIBRARY.map((rule) => [rule.id, rule] as const))('%s', (_id, rule) => {
  const { definition } = rule

  test('is what the interface shows, with a sentence', () => {
    const sentence = sentenceOf(definition, NAMES)
    expect(libraryRuleView.parse({ ...rule, sentence })).toEqual({ ...rule, sentence })
    expect(rule.id).toMatch(/^[a-z0-9-]+$/)
  })

  test('says in both languages what it is and why', () => {
    for (const text of [rule.name, rule.why]) {
      expect(text.en).not.toMatch(/[\u4e00-\u9fff]/)
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/)
    }
    expect(definition).toMatchObject({ name: rule.name.en, description: rule.why.en, public: false })
    expect(rule.basis).not.toBe('')
  })

  test('compares properties of the media it applies to, by limits made for them', () => {
    for (const comparison of comparisonsOf(definition)) {
      const { measure, threshold, levels, clear } = comparison
      const property = propertyById(measure.property)
      for (const used of measuresOf(comparison)) expect(propertyById(used.property)).toBeDefined()
      for (const medium of definition.scope.media ?? []) expect(property?.media).toContain(medium)
      for (const each of [threshold, clear, ...levels.map((level) => level.threshold)]) {
        if (each?.kind === 'category') expect(property?.categories).toContain(each.value)
        if (each?.kind !== 'limit') continue
        expect(limitsNamed(each.limit)[0]?.property).toBe(measure.property)
        const interval = rule.id.endsWith('-hourly') ? 3600 : 60
        const { windowSeconds, aligned, slotSeconds, minimumCoverage } =
          averagingOf(each.limit, interval) ?? {}
        expect(measure).toMatchObject({ windowSeconds, aligned, minimumCoverage })
        expect(measure.slotSeconds).toBe(slotSeconds)
      }
    }
  })

  test('has classes where its limit is that of the class', () => {
    for (const { threshold } of comparisonsOf(definition)) {
      if (threshold.kind !== 'limit' || !threshold.limit.includes(' / * / ')) continue
      const classes = new Set(limitsNamed(threshold.limit).map((limit) => limit.class))
      expect(new Set(definition.scope.classes)).toEqual(classes)
    }
  })

  test('does not flap: it holds or clears for a while, has a wide clear threshold, or is judged by whole windows', () => {
    const { trigger } = definition
    if (trigger.kind === 'no_data') return
    const daily = comparisonsOf(definition).every(
      ({ measure }) => measure.aligned && measure.windowSeconds >= 86_400,
    )
    expect(daily || trigger.clearSeconds > 0).toBe(true)
    // What is judged at every reading by a number has a distance between firing and clearing, or a long life.
    for (const { measure, threshold, clear } of comparisonsOf(definition)) {
      const steady = measure.aligned || measure.statistic === 'count' || threshold.kind === 'category'
      const isBoolean = propertyById(measure.property)?.kind === 'boolean'
      expect(steady || isBoolean || clear !== null || trigger.keepFiringSeconds > 0).toBe(true)
    }
  })

  test('does not wait for what a station may not have: every property is needed for it to fire', () => {
    // An unknown part of `any` would keep a fired alert from ever resolving.
    if (definition.trigger.kind === 'condition') {
      expect(definition.trigger.condition.kind).not.toBe('any')
    }
  })
})
