import { expect, test } from '@jest/globals'
import type { Request, RequestOptions } from '../session/request.ts'
import { nextMorning, perform, snoozeEnd } from './acts.ts'
import { alertFixture } from './alerts.fixture.ts'

function serverWith(answer: (path: string, body: never) => unknown) {
  const asked: [string, unknown][] = []
  const request = (async (path: string, options: RequestOptions) => {
    asked.push([path, options.body])
    return answer(path, options.body as never)
  }) as Request
  return { request, asked }
}

test('one alert is acted on by its own route', async () => {
  const alert = alertFixture({ acknowledgedBy: 'li.na' })
  const { request, asked } = serverWith(() => alert)
  const outcome = await perform(request, ['a1'], { action: 'acknowledge', input: {} })
  expect(asked).toEqual([['/api/alerts/a1/acknowledge', {}]])
  expect(outcome).toMatchObject({ done: ['a1'], failed: [], alerts: [alert] })
})

test('an answer without an alert is a success too', async () => {
  const { request } = serverWith(() => undefined)
  expect(await perform(request, ['a1'], { action: 'mute', input: { muted: true } })).toMatchObject({
    done: ['a1'],
    alerts: [],
  })
})

test('many are done at most 500 at a time, and what was not done is listed', async () => {
  const { request, asked } = serverWith((_, { alerts }: { alerts: string[] }) => ({
    done: alerts.slice(1),
    failed: [{ id: alerts[0], title: 'resolved already' }],
  }))
  const ids = Array.from({ length: 501 }, (_, n) => `a${n}`)
  const outcome = await perform(request, ids, { action: 'assign', input: { assignee: 'li.na' } })
  expect(asked.map(([path]) => path)).toEqual(['/api/alerts/bulk', '/api/alerts/bulk'])
  expect(outcome.done).toHaveLength(499)
  expect(outcome.failed.map(({ id }) => id)).toEqual(['a0', 'a500'])
})

test('a snooze ends after hours or in the morning', () => {
  const now = new Date(2026, 10, 22, 9, 30).getTime()
  expect(Date.parse(snoozeEnd(now, 1)) - now).toBe(3_600_000)
  expect(new Date(nextMorning(now)).getTime()).toBe(new Date(2026, 10, 23, 8).getTime())
  expect(new Date(nextMorning(now - 4 * 3_600_000)).getTime()).toBe(new Date(2026, 10, 22, 8).getTime())
})
