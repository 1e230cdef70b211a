import { expect, test } from '@jest/globals'
import { ageParts, durationParts, Formatter } from './format.ts'
import { preferredLanguage } from './language.ts'

const noon = Date.UTC(2026, 10, 22, 4, 0, 7)

test('an age is told in the unit a person would use', () => {
  expect(ageParts(-500)).toEqual({ count: 0, unit: 'second' })
  expect(ageParts(59_999)).toEqual({ count: 59, unit: 'second' })
  expect(ageParts(60_000)).toEqual({ count: 1, unit: 'minute' })
  expect(ageParts(3_600_000)).toEqual({ count: 1, unit: 'hour' })
  expect(ageParts(47 * 3_600_000)).toEqual({ count: 47, unit: 'hour' })
  expect(ageParts(48 * 3_600_000)).toEqual({ count: 2, unit: 'day' })
})

test('ages read naturally in both languages', () => {
  expect(new Formatter('en', 'UTC').age(noon - 12_000, noon)).toBe('12s ago')
  expect(new Formatter('zh', 'UTC').age(noon - 12_000, noon)).toBe('12秒前')
})

test('a duration is told in its two largest units', () => {
  expect(durationParts(400)).toEqual([{ count: 0, unit: 'second' }])
  expect(durationParts(12 * 60_000)).toEqual([{ count: 12, unit: 'minute' }])
  expect(durationParts(3 * 3_600_000 + 20 * 60_000 + 5000)).toEqual([
    { count: 3, unit: 'hour' },
    { count: 20, unit: 'minute' },
  ])
  expect(new Formatter('en', 'UTC').duration(26 * 3_600_000)).toBe('1 day 2 hr')
  expect(new Formatter('zh', 'UTC').duration(90_000)).toMatch(/^1\s?分钟 30\s?秒$/)
})

test('numbers keep the precision of the catalogue', () => {
  const format = new Formatter('en', 'UTC')
  expect(format.number(35.25, 1)).toBe('35.3')
  expect(format.number(35, 1)).toBe('35.0')
  expect(format.number(9870)).toBe('9,870')
  expect(format.percent(0.4567)).toBe('45.7%')
})

test('times carry their zone', () => {
  const format = new Formatter('en', 'Asia/Shanghai')
  expect(format.dateTime(noon)).toContain('12:00:07')
  expect(format.dateTime(noon)).toMatch(/GMT\+8/)
  expect(format.clockTime(noon)).toMatch(/12:00.*GMT\+8/)
  expect(format.zone(noon)).toBe('GMT+8')
  expect(new Formatter('zh', 'Asia/Shanghai').zone(noon)).toBe('GMT+8')
})

test('midnight is 00:00, never 24:00', () => {
  expect(new Formatter('en', 'UTC').bareClock(Date.UTC(2026, 0, 1))).toBe('00:00')
  expect(new Formatter('zh', 'UTC').bareClock(Date.UTC(2026, 0, 1))).toBe('00:00')
})

test('positions name their hemispheres', () => {
  expect(new Formatter('en', 'UTC').position(-33.85, 151.2)).toBe('33.85000° S, 151.20000° E')
})

test('the language follows the browser as far as the app speaks it', () => {
  expect(preferredLanguage(['fr-FR', 'zh-Hans-CN', 'en'])).toBe('zh')
  expect(preferredLanguage(['de'])).toBe('en')
})
