import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertDetailView, AlertsView, SilenceView } from '@osprey/core/api/alerts'
import type { RuleDefinitionInput } from '@osprey/core/api/rules'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'
import { until } from './harness/wait.ts'

const OFFICER = { username: 'admin', password: 'a password for this test' }
const STATION = { id: 'north-gate', name: 'North Gate', latitude: 30.7, longitude: 118.3 }
const RULE = 'pm25-now'
const LIMIT = 75
const CLEAR = 60

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

/** Fires at once above the limit and is over below the clear threshold. */
const rule: { id: string; active: boolean; definition: RuleDefinitionInput } = {
  id: RULE,
  active: true,
  definition: {
    name: 'PM2.5 far above the usual',
    severity: 'severe',
    instruction: 'Ask the neighbouring stations, then send somebody.',
    scope: { stations: [STATION.id] },
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'comparison',
        measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
        operator: 'gt',
        threshold: { kind: 'number', value: LIMIT },
        clear: { kind: 'number', value: CLEAR },
      },
    },
  },
}

/** The instrument of the station, as it publishes. */
class Instrument {
  private time = Date.now() - 120_000

  private constructor(private readonly client: Awaited<ReturnType<typeof connectDevice>>) {}

  static async register(system: System): Promise<Instrument> {
    await system.api.createStation({ ...STATION, medium: 'air' })
    const [device] = await system.api.createDevices([{ id: STATION.id, stations: [STATION.id] }])
    if (device === undefined) throw new Error('no device was made')
    return new Instrument(await connectDevice(system, device))
  }

  /** One reading, a second after the one before. */
  async measures(pm25: number): Promise<void> {
    this.time += 1000
    await publishReport(this.client, { time: this.time, values: { pm25 } })
  }

  end(): Promise<void> {
    return this.client.endAsync()
  }
}

class Officer {
  private constructor(
    readonly page: Page,
    readonly complaints: string[],
    private readonly system: System,
  ) {}

  static async at(browser: Browser, system: System, options: BrowserContextOptions): Promise<Officer> {
    const { page, complaints } = await watchedPage(browser, system.url, options)
    const officer = new Officer(page, complaints, system)
    await officer.goTo('alerts', 'login-form')
    await page.fill('#username', OFFICER.username)
    await page.fill('#password', OFFICER.password)
    await page.getByTestId('login-form').locator('button[type="submit"]').click()
    await officer.sees('alerts')
    return officer
  }

  async goTo(hash: string, testId: string): Promise<void> {
    await this.page.goto(`${this.system.url}/#/${hash}`)
    await this.sees(testId)
  }

  async sees(testId: string): Promise<void> {
    await this.page.getByTestId(testId).first().waitFor()
  }

  async press(testId: string): Promise<void> {
    await this.page.getByTestId(testId).first().click()
  }

  /** A chip of the alert that is shown, such as `acknowledged`. */
  async seesChip(name: string): Promise<void> {
    await this.page.locator(`[data-chip="${name}"]`).first().waitFor()
  }

  async isAccessible(): Promise<void> {
    expect(await accessibilityViolations(this.page)).toEqual([])
  }

  async leave(): Promise<void> {
    expect(this.complaints).toEqual([])
    await this.page.context().close()
  }
}

/** The alert in the state that is waited for, as the interface tells it. */
function alertIn(system: System, state: string): Promise<AlertDetailView> {
  return until(`an alert to be ${state}`, async () => {
    const { alerts } = await system.api.get<AlertsView>(`/api/alerts?state=${state}`)
    return alerts[0] !== undefined && system.api.get<AlertDetailView>(`/api/alerts/${alerts[0].id}`)
  })
}

/** The alert appears by itself, is taken on and talked about, and is over when the air is clean. */
async function fromBreachToRecovery(officer: Officer, system: System, instrument: Instrument): Promise<void> {
  const { page } = officer
  await officer.sees('inbox-empty')
  await officer.isAccessible()
  await instrument.measures(40)
  await instrument.measures(120)
  // Nobody loaded the page again.
  await officer.sees('alert-row')
  await page.locator('[data-testid="alert-badge"]').first().waitFor()
  await officer.isAccessible()

  await officer.press('alert-link')
  await officer.sees('alert-headline')
  await page.locator('.chart canvas').waitFor()
  await page.locator('.alert-map canvas').first().waitFor()
  expect(await page.getByTestId('alert-headline').textContent()).toContain('120')
  await officer.isAccessible()

  await officer.press('acknowledge')
  await officer.seesChip('acknowledged')
  await page.getByTestId('comment').pressSequentially('Dust from the building site, @ad')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await officer.press('send-comment')
  await page.locator('.timeline [data-kind="commented"] .mention').waitFor()

  await instrument.measures(30)
  await page.locator('[data-testid="alert-state"][data-state="resolved"]').waitFor()
  await officer.isAccessible()
  const alert = await alertIn(system, 'resolved')
  expect(alert).toMatchObject({
    resolution: 'cleared',
    acknowledgedBy: OFFICER.username,
    comments: 1,
    peak: 120,
  })
  expect(alert.events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['fired', 'acknowledged', 'commented', 'resolved']),
  )
}

/** A new alert is silenced from its own page, is listed as silenced, and the silence is ended. */
async function silenced(officer: Officer, system: System, instrument: Instrument): Promise<void> {
  const { page } = officer
  await instrument.measures(130)
  const alert = await alertIn(system, 'firing')
  await officer.goTo(`alerts?alert=${alert.id}`, 'alert-headline')
  await officer.press('silence-this')
  await officer.sees('silence-form')
  await page.getByTestId('silence-reason').fill('Works on the mast')
  await officer.isAccessible()
  await officer.press('silence-save')
  await officer.seesChip('silenced')
  await page.locator('[data-chip="silenced"] a').first().click()
  await page.locator('[data-testid="silence"][data-state="active"]').waitFor()
  await officer.isAccessible()
  const [silence] = await system.api.get<SilenceView[]>('/api/silences')
  expect(silence).toMatchObject({
    author: OFFICER.username,
    reason: 'Works on the mast',
    rules: [RULE],
    matching: 1,
  })

  await officer.goTo('alerts?silenced=true', 'alert-row')
  await officer.seesChip('silenced')
  await officer.goTo('silences', 'end-silence')
  await officer.press('end-silence')
  await officer.press('confirm')
  await page.getByTestId('silence').waitFor({ state: 'detached' })
}

/** By keyboard and in bulk: the alert is resolved by hand, although the condition still holds. */
async function resolvedInBulk(officer: Officer, system: System): Promise<void> {
  const { page } = officer
  await officer.goTo('alerts', 'alert-row')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await officer.sees('bulk-bar')
  await officer.press('bulk-resolve')
  await officer.isAccessible()
  await officer.press('act-confirm')
  await officer.sees('act-outcome')
  expect(await page.getByTestId('act-outcome').getAttribute('data-failed')).toBe('0')
  const [newest] = (await system.api.get<AlertsView>('/api/alerts?state=resolved')).alerts
  expect(newest).toMatchObject({ resolution: 'by_hand' })
}

describeWith({ Chromium: CHROMIUM }, 'people take care of an alert', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
  })

  test.each(VISITORS)('$who', async ({ options }) => {
    const env = { OSPREY_ADMIN_PASSWORD: OFFICER.password }
    await withSystem({ env }, async (system) => {
      const instrument = await Instrument.register(system)
      await system.api.request('POST', '/api/rules', rule)
      const officer = await Officer.at(browser, system, options)
      await fromBreachToRecovery(officer, system, instrument)
      await silenced(officer, system, instrument)
      await resolvedInBulk(officer, system)
      await officer.leave()
      await instrument.end()
    })
  })
})
