import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { drained } from './harness/fleet.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { ROOT } from './harness/service-process.ts'
import { type System, withSystem } from './harness/system.ts'

const PASSWORD = 'a password for this test'
const MINUTE = 60_000

const STATIONS = [
  { id: 'north-gate', name: 'North Gate', latitude: 30.3, longitude: 118.3, pm25: 42 },
  { id: 'old-harbour', name: 'Old Harbour', latitude: 30.2, longitude: 118.4, pm25: 20 },
  { id: 'east-hill', name: 'East Hill', latitude: 30.25, longitude: 118.5, pm25: 12 },
]

/** What each visitor sees: the language comes from the browser's, as does the colour scheme. */
const VISITORS: { who: string; language: 'en' | 'zh'; options: BrowserContextOptions }[] = [
  {
    who: 'in English at a desk',
    language: 'en',
    options: { locale: 'en-GB', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  },
  {
    who: 'in Chinese on a phone, in the dark',
    language: 'zh',
    options: { locale: 'zh-CN', viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
  },
]

/** Registers three stations behind one gateway and sends their last 24 hours. Returns the gateway's connection. */
async function prepare(system: System): Promise<MqttClient> {
  for (const { id, name, latitude, longitude } of STATIONS) {
    await system.api.createStation({ id, name, latitude, longitude, medium: 'air' })
  }
  const [gateway] = await system.api.createDevices([
    { id: 'gateway', stations: STATIONS.map(({ id }) => id) },
  ])
  if (gateway === undefined) throw new Error('the gateway was not registered')
  const client = await connectDevice(system, gateway)
  const now = Date.now()
  for (const { id, pm25 } of STATIONS) {
    const past = Array.from({ length: 144 }, (_, step) => ({
      station: id,
      time: now - (144 - step) * 10 * MINUTE,
      values: { pm25 },
    }))
    await publishReport(client, past)
    await publishReport(client, { station: id, values: { pm25 } })
  }
  await drained(system)
  return client
}

function labels(language: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(ROOT, 'frontend', 'src', 'locales', `${language}.json`), 'utf8'))
}

async function logIn(page: Page, system: System, text: ReturnType<typeof labels>): Promise<void> {
  await page.goto(system.url)
  await page.getByTestId('login-form').waitFor()
  expect(await page.getAttribute('html', 'lang')).toMatch(/^(en|zh)/)
  expect(await accessibilityViolations(page)).toEqual([])
  await page.fill('#username', 'admin')
  await page.fill('#password', 'not the password')
  await page.getByRole('button', { name: text['login']?.['submit'] ?? '' }).click()
  await page.getByTestId('login-problem').waitFor()
  await page.fill('#password', PASSWORD)
  await page.getByRole('button', { name: text['login']?.['submit'] ?? '' }).click()
  await page.getByTestId('map').waitFor()
}

/** The map is alive: all stations known, connected, painted. */
async function mapShowsStations(page: Page): Promise<void> {
  await page.waitForFunction((count) => {
    const { osprey } = globalThis as unknown as {
      osprey: { stations: number; connection: string; framesDrawn: number }
    }
    return osprey.stations === count && osprey.connection === 'live' && osprey.framesDrawn > 0
  }, STATIONS.length)
}

async function openList(page: Page): Promise<void> {
  const opener = page.getByTestId('open-rail')
  if (await opener.isVisible()) await opener.click()
  await page.getByTestId('station-list').waitFor()
}

/** On a phone the pages are in the menu. */
async function openLedger(page: Page): Promise<void> {
  const link = page.getByTestId('nav-ledger')
  if (!(await link.isVisible())) await page.getByTestId('user-menu').click()
  await link.click()
}

async function readChart(page: Page): Promise<void> {
  const chart = page.getByTestId('chart')
  await chart.scrollIntoViewIfNeeded()
  const drawing = chart.getByRole('img')
  expect(await drawing.getAttribute('aria-label')).toMatch(/PM2\.5.*42 µg\/m³.*57 µg\/m³/)
  const box = await drawing.boundingBox()
  if (box === null) throw new Error('the chart is not drawn')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const readout = chart.locator('.chart-readout')
  await readout.filter({ hasText: '42 µg/m³' }).waitFor()
}

describeWith({ chromium: CHROMIUM }, 'a person at the web app', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test.each(VISITORS)(
    'logs in, sees stations move, reads one, loses and regains the backend: $who',
    async (visitor) => {
      await withSystem({ env: { OSPREY_ADMIN_PASSWORD: PASSWORD } }, async (system) => {
        const gateway = await prepare(system)
        const text = labels(visitor.language)
        const { page, complaints } = await watchedPage(browser, system.url, visitor.options)

        await logIn(page, system, text)
        await mapShowsStations(page)
        await openList(page)
        const line = page.getByTestId('station-list').getByRole('option', { name: /North Gate/ })
        await line.filter({ hasText: '42 µg/m³' }).waitFor()
        await publishReport(gateway, { station: 'north-gate', values: { pm25: 57 } })
        await line.filter({ hasText: '57 µg/m³' }).waitFor()
        expect(await page.getByTestId('station-list').getByRole('option').count()).toBe(STATIONS.length)
        expect(await accessibilityViolations(page)).toEqual([])

        await line.click()
        const panel = page.getByTestId('station-panel')
        await panel.getByRole('heading', { name: 'North Gate' }).waitFor()
        await panel.getByTestId('value-pm25').filter({ hasText: '57' }).waitFor()
        await readChart(page)
        expect(await accessibilityViolations(page)).toEqual([])

        await system.backend.kill('SIGKILL')
        await page.getByTestId('connection-banner').waitFor()
        expect(await accessibilityViolations(page)).toEqual([])
        await publishReport(gateway, { station: 'north-gate', values: { pm25: 63 } })
        system.backend.start()
        await system.backendReady()
        await page.getByTestId('connection-banner').waitFor({ state: 'detached' })
        await panel.getByTestId('value-pm25').filter({ hasText: '63' }).waitFor()

        await openLedger(page)
        const ledger = page.getByTestId('ledger')
        await ledger.getByTestId('balanced').waitFor()
        const { received } = await system.api.ledger()
        await ledger
          .getByTestId('ledger-received')
          .filter({ hasText: String(received) })
          .waitFor()
        expect(await accessibilityViolations(page)).toEqual([])

        expect(complaints).toEqual([])
        await page.context().close()
        await gateway.endAsync()
      })
    },
  )
})
