import { expect, test } from '@jest/globals'
import type { PropertyView } from '@osprey/core/api'
import { propertyById } from '@osprey/core/properties'
import { changedAspects } from './compare-definitions.ts'
import { emptyDefinition, emptyTrigger } from './definition-edit.ts'

const PM25 = propertyById('pm25') as unknown as PropertyView
const BASE = emptyDefinition(PM25, 'UTC')

test('a history names the parts that changed', () => {
  expect(changedAspects(BASE, structuredClone(BASE))).toEqual([])
  expect(changedAspects(BASE, { ...BASE, name: 'x', scope: { ...BASE.scope, media: ['soil'] } })).toEqual([
    'name',
    'scope',
  ])
  const held = { ...BASE, trigger: { ...emptyTrigger('condition', PM25), holdSeconds: 600 } } as typeof BASE
  expect(changedAspects(BASE, held)).toEqual(['hold'])
  expect(changedAspects(BASE, { ...BASE, trigger: emptyTrigger('no_data', PM25) })).toContain('condition')
})
