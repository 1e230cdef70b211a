/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import i18next, { type TFunction } from 'i18next'
import { newRoute, usualQuietHours } from './route-draft.ts'
import { routeSentence } from './route-sentence.ts'

const NAMES = new Map([
  ['mail', 'Duty mail'],
  ['group', '值班群'],
  ['echuan', 'Echuan'],
  ['pm', 'PM2.5 high'],
])
const name = (id: string): string => NAMES.get(id) ?? id
const names = { channel: name, jurisdiction: name, rule: name }

async function words(language: 'en' | 'zh') {
  const file = new URL(`../locales/${language}.json`, import.meta.url)
  const i18n = i18next.createInstance()
  await i18n.init({
    lng: language,
    resources: { [language]: { translation: JSON.parse(readFileSync(file, 'utf8')) } },
    interpolation: { escapeValue: false },
  })
  const t = i18n.t as unknown as TFunction
  return {
    t,
    language,
    duration: (seconds: number) => `${seconds / 3600} ${language === 'en' ? 'h' : '小时'}`,
  }
}

const severe = {
  ...newRoute(['mail']),
  severity: 'severe' as const,
  jurisdictions: ['echuan'],
  roles: ['officer' as const],
}

test('a route in a sentence', async () => {
  expect(routeSentence(severe, names, await words('en'))).toBe(
    'Sends severe and worse alerts in Echuan to Duty mail and enforcement officers, grouped by site and rule, repeated every 4 h until acknowledged.',
  )
  expect(routeSentence(severe, names, await words('zh'))).toBe(
    '将“Echuan”范围内严重及以上告警通知“Duty mail”和执法人员，按场所和规则合并，每 4 小时重复一次直至确认。',
  )
})

test('a route that tells once, together, with quiet hours and of certain rules', async () => {
  const route = {
    ...newRoute(['group']),
    rules: ['pm', 'gone'],
    groupBy: [],
    repeatSeconds: null,
    resolved: false,
    quietHours: usualQuietHours('Asia/Shanghai'),
  }
  expect(routeSentence(route, names, await words('en'))).toBe(
    'Sends every alert of PM2.5 high or gone to 值班群, all together in one message, told once, not when they are over, held back in quiet hours except extreme alerts.',
  )
})

test('long lists are counted', async () => {
  const route = { ...severe, jurisdictions: ['a', 'b', 'c', 'd', 'e'] }
  expect(routeSentence(route, names, await words('en'))).toContain('in a, b, c, or 2 more to')
})
