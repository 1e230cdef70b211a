/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

type Tree = { [key: string]: string | Tree }

const read = (language: string): Tree =>
  JSON.parse(readFileSync(new URL(`../locales/${language}.json`, import.meta.url), 'utf8')) as Tree

function leaves(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [path, text] of leaves(value, `${prefix}${key}.`)) found.set(path, text)
  }
  return found
}

/** Chinese has the plural form `other` only (CLDR). */
const withoutSingular = (keys: Iterable<string>): string[] =>
  [...keys].filter((key) => !key.endsWith('_one')).sort()
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\{\w+\}\}/g))].sort()

const en = leaves(read('en'))
const zh = leaves(read('zh'))

test('both languages have the same keys', () => {
  expect(withoutSingular(zh.keys())).toEqual(withoutSingular(en.keys()))
})

test('every English plural has both forms', () => {
  for (const key of en.keys()) {
    if (key.endsWith('_one')) expect(en.has(key.replace(/_one$/, '_other'))).toBe(true)
  }
})

test('translations fill in the same placeholders', () => {
  for (const [key, text] of zh)
    expect([key, placeholders(text)]).toEqual([key, placeholders(en.get(key) ?? '')])
})

test('nothing is left empty or untranslated', () => {
  const same = ['app.name', 'refusal.topic_denied.advice']
  for (const [key, text] of zh) {
    expect(text.trim()).not.toBe('')
    if (!same.includes(key)) expect([key, text]).not.toEqual([key, en.get(key)])
  }
})
