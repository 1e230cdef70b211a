import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { RuleVersionView, RuleView } from '@osprey/core/api/rules'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { drained } from './harness/fleet.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'

const SUPERVISOR = { username: 'admin', password: 'a password for this test' }
const STATIONS = ['north-gate', 'old-harbour']
/** A ready rule: the alert threshold of nitrogen dioxide, for three hours. */
const READY = 'air-no2-eu-alert'
const EVERY = 600_000
const DAY = 86_400_000
const DAYS = 3
/** Far above the threshold for five hours of each day, far below it otherwise. */
const HIGH = 900
const LOW = 20
const HIGH_PART = (5 * 3_600_000) / DAY

const VISITORS: { who: string; options: BrowserContextOptions }[] = [
  {
    who: 'in English at a desk',
    options: { locale: 'en-GB', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  },
  {
    who: 'in Chinese on a phone, in the dark',
    options: { locale: 'zh-CN', viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
  },
]

/** Readings of the last days, as instruments that were cut off send them. */
async function measureDays(system: System): Promise<void> {
  for (const [index, id] of STATIONS.entries()) {
    await system.api.createStation({
      id,
      name: id,
      latitude: 30.5 + index / 10,
      longitude: 118.3,
      medium: 'air',
      class: 'II',
    })
  }
  const devices = await system.api.createDevices(STATIONS.map((id) => ({ id, stations: [id] })))
  const end = Math.floor(Date.now() / EVERY) * EVERY
  const reports = Array.from({ length: (DAYS * DAY) / EVERY }, (_, number) => {
    const time = end - DAYS * DAY + number * EVERY
    const part = ((number * EVERY) % DAY) / DAY
    return { time, values: { no2: part > 0.5 && part <= 0.5 + HIGH_PART ? HIGH : LOW } }
  })
  for (const device of devices) {
    const client = await connectDevice(system, device)
    for (let start = 0; start < reports.length; start += 100) {
      await publishReport(client, reports.slice(start, start + 100))
    }
    await client.endAsync()
  }
  await drained(system)
}

/** Somebody who makes rules: every page that is shown is checked for accessibility. */
class Supervisor {
  private constructor(
    readonly page: Page,
    readonly complaints: string[],
    private readonly system: System,
  ) {}

  static async at(browser: Browser, system: System, options: BrowserContextOptions): Promise<Supervisor> {
    const { page, complaints } = await watchedPage(browser, system.url, options)
    const supervisor = new Supervisor(page, complaints, system)
    await page.goto(`${system.url}/#/rules`)
    await page.fill('#username', SUPERVISOR.username)
    await page.fill('#password', SUPERVISOR.password)
    await page.getByTestId('login-form').locator('button[type="submit"]').click()
    await supervisor.sees('rules-page')
    return supervisor
  }

  async sees(testId: string): Promise<void> {
    await this.page.getByTestId(testId).first().waitFor()
  }

  async press(testId: string): Promise<void> {
    await this.page.getByTestId(testId).first().click()
  }

  async type(testId: string, text: string): Promise<void> {
    await this.page.getByTestId(testId).first().fill(text)
  }

  async isAccessible(): Promise<void> {
    expect(await accessibilityViolations(this.page)).toEqual([])
  }

  /** The number that stands first in an element. */
  async numberIn(testId: string): Promise<number> {
    return Number((await this.page.getByTestId(testId).first().textContent())?.match(/\d+/)?.[0])
  }

  rule(id: string): Promise<RuleView> {
    return this.system.api.get<RuleView>(`/api/rules/${id}`)
  }

  async leave(): Promise<void> {
    expect(this.complaints).toEqual([])
    await this.page.context().close()
  }
}

/** From the empty list to the library, and with a ready rule into the editor. */
async function chooseReadyRule(supervisor: Supervisor): Promise<void> {
  await supervisor.sees('no-rules')
  await supervisor.isAccessible()
  await supervisor.page.getByTestId('no-rules').getByRole('link').click()
  await supervisor.sees('library-page')
  await supervisor.sees(`library-${READY}`)
  await supervisor.isAccessible()
  await supervisor.press(`use-${READY}`)
  await supervisor.sees('rule-form')
}

/** What is wrong is told at its field; what is right is shown with its meaning and at once tried out. */
async function editWithPreview(supervisor: Supervisor): Promise<string> {
  const { page } = supervisor
  await supervisor.sees('preview-chart')
  expect(await supervisor.numberIn('preview-reach')).toBe(STATIONS.length)
  expect(await supervisor.numberIn('preview-summary')).toBeGreaterThan(0)
  await supervisor.isAccessible()

  await supervisor.type('rule-name', '')
  await supervisor.press('save-rule')
  await supervisor.sees('error-summary')
  await supervisor.isAccessible()
  await page.getByTestId('error-summary').getByRole('button').first().click()
  await page.locator('[data-testid="rule-name"]:focus').waitFor()
  await page.keyboard.type('Nitrogen dioxide, every hour')
  await page.getByTestId('error-summary').waitFor({ state: 'detached' })
  await page.getByTestId('severity-severe').check()
  await supervisor.sees('sentence')

  await supervisor.press('details-fold')
  return page.getByTestId('rule-id').inputValue()
}

async function backtest(supervisor: Supervisor): Promise<number> {
  await supervisor.press('tab-backtest')
  await supervisor.press('backtest-start')
  await supervisor.sees('backtest-result')
  await supervisor.sees('firings')
  await supervisor.isAccessible()
  return supervisor.numberIn('total-firings')
}

/** Changed while somebody else changed it too: nobody's work is lost. */
async function changeDespiteConflict(supervisor: Supervisor, system: System, id: string): Promise<void> {
  const { page } = supervisor
  await supervisor.press('tab-definition')
  await supervisor.type('hold', '3')
  // Leaving is asked about while it is not saved.
  await supervisor.press('all-rules')
  await supervisor.sees('stay')
  await supervisor.isAccessible()
  await supervisor.press('stay')
  await supervisor.type('rule-note', 'three hours')
  const { definition } = await supervisor.rule(id)
  await system.api.request('PATCH', `/api/rules/${id}`, {
    definition: { ...definition, instruction: 'Call the operator.' },
  })
  await supervisor.press('save-rule')
  await supervisor.sees('conflict')
  await supervisor.isAccessible()
  await supervisor.press('overwrite')
  await page.getByTestId('conflict').waitFor({ state: 'detached' })
  const saved = await supervisor.rule(id)
  expect([saved.version, saved.definition.trigger]).toMatchObject([3, { holdSeconds: 3 * 3600 }])
}

async function readHistory(supervisor: Supervisor, system: System, id: string): Promise<void> {
  await supervisor.press('tab-versions')
  await supervisor.sees('version-3')
  await supervisor.isAccessible()
  await supervisor.press('compare-1')
  await supervisor.press('backtest-start')
  await supervisor.sees('difference')
  await supervisor.isAccessible()
  await supervisor.press('tab-versions')
  await supervisor.press('restore-2')
  await supervisor.press('confirm')
  await supervisor.sees('version-4')
  const [newest] = await system.api.get<RuleVersionView[]>(`/api/rules/${id}/versions`)
  expect(newest?.definition.instruction).toBe('Call the operator.')
}

async function deactivate(supervisor: Supervisor, id: string): Promise<void> {
  await supervisor.press('all-rules')
  await supervisor.sees(`rule-${id}`)
  await supervisor.isAccessible()
  await supervisor.press(`switch-${id}`)
  await supervisor.sees('confirm')
  await supervisor.isAccessible()
  await supervisor.press('confirm')
  await supervisor.page.getByTestId('confirm').waitFor({ state: 'detached' })
  expect((await supervisor.rule(id)).active).toBe(false)
}

describeWith({ chromium: CHROMIUM }, 'rules at the web app', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test.each(VISITORS)(
    'a ready rule is chosen, edited, tried on stored readings, activated, changed and switched off: $who',
    async ({ options }) => {
      await withSystem({ env: { OSPREY_ADMIN_PASSWORD: SUPERVISOR.password } }, async (system) => {
        await measureDays(system)
        const supervisor = await Supervisor.at(browser, system, options)
        await chooseReadyRule(supervisor)
        const id = await editWithPreview(supervisor)
        // The five hours of each day are one stretch at each station.
        expect(await backtest(supervisor)).toBe(STATIONS.length * DAYS)

        await supervisor.press('tab-definition')
        await supervisor.press('save-active')
        await supervisor.sees('tab-versions')
        expect(await supervisor.rule(id)).toMatchObject({
          active: true,
          version: 1,
          stations: STATIONS.length,
          definition: { severity: 'severe' },
        })
        await supervisor.isAccessible()
        await changeDespiteConflict(supervisor, system, id)
        await readHistory(supervisor, system, id)
        await deactivate(supervisor, id)
        await supervisor.leave()
      })
    },
  )
})
