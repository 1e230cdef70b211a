import { expect, test } from '@jest/globals'
import { searchTree, treeOf, withDescendants } from './tree.ts'

const areas = [
  { id: 'south', name: 'South 10', parent: 'city' },
  { id: 'city', name: 'City', parent: null },
  { id: 'north', name: 'South 9', parent: 'city' },
  { id: 'harbour', name: 'Harbour', parent: 'south' },
  { id: 'far', name: 'Far away', parent: 'not-in-the-list' },
]
const show = (branches: ReturnType<typeof treeOf>): string[] =>
  branches.map(({ area, depth }) => `${'-'.repeat(depth)}${area.id}`)

test('children follow their parent, ordered by name as people count', () => {
  const tree = treeOf(areas, 'en')
  expect(show(tree)).toEqual(['city', '-north', '-south', '--harbour', 'far'])
  expect(tree.map(({ hasChildren }) => hasChildren)).toEqual([true, false, true, false, false])
})

test('a search keeps the way to what it found', () => {
  const tree = treeOf(areas, 'en')
  expect(show(searchTree(tree, ' HARB '))).toEqual(['city', '-south', '--harbour'])
  expect(show(searchTree(tree, 'far'))).toEqual(['far'])
  expect(searchTree(tree, 'nowhere')).toEqual([])
  expect(searchTree(tree, '')).toHaveLength(5)
})

test('nothing can become part of itself', () => {
  expect(withDescendants(areas, 'south')).toEqual(new Set(['south', 'harbour']))
  expect(withDescendants(areas, 'city')).toEqual(new Set(['city', 'south', 'north', 'harbour']))
})
