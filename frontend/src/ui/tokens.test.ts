/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { contrast } from '../map/palette.ts'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const colours = new Map<string, [string, string]>()
for (const [, name, light, dark] of css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)) {
  colours.set(name as string, [light as string, dark as string])
}

const ratio = (front: string, back: string, theme: 0 | 1): number => {
  const [first, second] = [colours.get(front), colours.get(back)]
  if (first === undefined || second === undefined) throw new Error(`no colour ${front} or ${back}`)
  return contrast(first[theme], second[theme])
}

const GROUNDS = ['background', 'surface', 'surface-sunken', 'surface-raised', 'surface-hover']
const TEXTS: [string, string[]][] = [
  ['text', [...GROUNDS, 'accent-soft']],
  ['text-soft', [...GROUNDS, 'accent-soft']],
  ['text-faint', GROUNDS],
  ['accent', ['surface', 'surface-raised', 'accent-soft']],
  ['on-accent', ['accent', 'accent-hover']],
  ['positive', ['surface', 'positive-soft']],
  ['caution', ['surface', 'caution-soft']],
  ['negative', ['surface', 'negative-soft']],
  ['alert', ['surface', 'map-land', 'map-ground']],
  ['severity-minor', ['surface', 'surface-raised', 'surface-hover', 'map-land']],
  ['severity-moderate', ['surface', 'surface-raised', 'surface-hover', 'map-land']],
  ['severity-severe', ['surface', 'surface-raised', 'surface-hover', 'map-land']],
  ['severity-extreme', ['surface', 'surface-raised', 'surface-hover', 'map-land']],
  ['on-severity', ['severity-minor', 'severity-moderate', 'severity-severe', 'severity-extreme']],
]
const OUTLINES: [string, string[]][] = [
  ['line-strong', ['surface', 'surface-raised']],
  ['focus', GROUNDS],
  ['glyph-edge', ['map-land', 'map-ground']],
]

test.each([
  ['light', 0],
  ['dark', 1],
] as const)('text is readable in the %s theme (WCAG 2.2, 1.4.3)', (_name, theme) => {
  for (const [front, grounds] of TEXTS) {
    for (const back of grounds) {
      expect([front, back, ratio(front, back, theme) >= 4.5]).toEqual([front, back, true])
    }
  }
})

test.each([
  ['light', 0],
  ['dark', 1],
] as const)('outlines and symbols are visible in the %s theme (WCAG 2.2, 1.4.11)', (_name, theme) => {
  for (const [front, grounds] of OUTLINES) {
    for (const back of grounds) {
      expect([front, back, ratio(front, back, theme) >= 3]).toEqual([front, back, true])
    }
  }
})
