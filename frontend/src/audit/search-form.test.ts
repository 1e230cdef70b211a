/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { ACTOR_KINDS, AUDIT_ACTIONS } from '@osprey/core/api/audit'
import { WHOLE_AUDIT } from '../routing/route.ts'
import { actionGroups, fromLocalField, searchQuery, toLocalField } from './search-form.ts'

test('only what was asked for is sent', () => {
  expect(searchQuery(WHOLE_AUDIT)).toBe('')
  expect(searchQuery({ ...WHOLE_AUDIT, actor: 'admin', text: 'a&b=ü' })).toBe(
    '&actor=admin&text=a%26b%3D%C3%BC',
  )
})

test('a time survives the way through its field, to the minute', () => {
  const instant = fromLocalField('2026-11-23T08:05')
  expect(instant).toMatch(/Z$/)
  expect(toLocalField(instant)).toBe('2026-11-23T08:05')
  expect(fromLocalField('')).toBe('')
  expect(fromLocalField('soon')).toBe('')
  expect(toLocalField('soon')).toBe('')
})

test('actions are grouped by their first part', () => {
  expect(actionGroups(['a.x', 'b.x', 'a.y'])).toEqual([
    { group: 'a', actions: ['a.x', 'a.y'] },
    { group: 'b', actions: ['b.x'] },
  ])
})

test.each(['en', 'zh'])('every action, group and kind of actor has words in %s', (language) => {
  const texts = JSON.parse(readFileSync(new URL(`../locales/${language}.json`, import.meta.url), 'utf8'))
  const at = (path: string): unknown =>
    path.split('.').reduce((tree, name) => (tree as Record<string, unknown> | undefined)?.[name], texts)
  for (const action of AUDIT_ACTIONS) {
    expect([action, typeof at(`audit.action.${action}`)]).toEqual([action, 'string'])
  }
  for (const { group } of actionGroups(AUDIT_ACTIONS)) {
    expect([group, typeof at(`audit.group.${group}`)]).toEqual([group, 'string'])
  }
  for (const kind of ACTOR_KINDS) expect([kind, typeof at(`audit.kind.${kind}`)]).toEqual([kind, 'string'])
})
