import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TOTP } from 'otpauth'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { ROOT } from './harness/service-process.ts'
import { type System, withSystem } from './harness/system.ts'

const ADMINISTRATOR = { username: 'admin', password: 'a password for this test' }
const INSPECTOR = { username: 'li.na', password: 'pelican kettle orbit' }
const TOTP_STEP = 30_000

const square = (west: number, south: number, east: number, north: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
})

/** A city of two districts, as an administrator uploads it. */
const JURISDICTIONS = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    { type: 'Feature', id: 'city', properties: { name: 'City' }, geometry: square(118, 30, 119, 31) },
    {
      type: 'Feature',
      id: 'north',
      properties: { name: 'North District', parent: 'city' },
      geometry: square(118, 30.5, 119, 31),
    },
    {
      type: 'Feature',
      id: 'south',
      properties: { name: 'South District', parent: 'city' },
      geometry: square(118, 30, 119, 30.5),
    },
  ],
})

const STATIONS = [
  { id: 'north-gate', name: 'North Gate', latitude: 30.7, longitude: 118.3 },
  { id: 'north-hill', name: 'North Hill', latitude: 30.8, longitude: 118.4 },
  { id: 'old-harbour', name: 'Old Harbour', latitude: 30.2, longitude: 118.4 },
]
const IN_THE_NORTH = 2

const VISITORS: { who: string; language: 'en' | 'zh'; options: BrowserContextOptions }[] = [
  {
    who: 'in English at a desk',
    language: 'en',
    options: { locale: 'en-GB', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  },
  {
    who: 'in Chinese on a phone, in the dark',
    language: 'zh',
    options: { locale: 'zh-CN', viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
  },
]

type Texts = Record<string, Record<string, string>>

function textsOf(language: string): Texts {
  return JSON.parse(readFileSync(join(ROOT, 'frontend', 'src', 'locales', `${language}.json`), 'utf8'))
}

/** One person at one browser: every page that is shown is checked for accessibility. */
class Person {
  private constructor(
    readonly page: Page,
    readonly complaints: string[],
    private readonly system: System,
  ) {}

  static async at(browser: Browser, system: System, options: BrowserContextOptions): Promise<Person> {
    const { page, complaints } = await watchedPage(browser, system.url, options)
    return new Person(page, complaints, system)
  }

  async goTo(hash: string, testId: string): Promise<void> {
    await this.page.goto(`${this.system.url}/#/${hash}`)
    await this.sees(testId)
  }

  async sees(testId: string): Promise<void> {
    await this.page.getByTestId(testId).waitFor()
  }

  async press(testId: string): Promise<void> {
    await this.page.getByTestId(testId).click()
  }

  async enterPassword({ username, password }: { username: string; password: string }): Promise<void> {
    await this.sees('login-form')
    await this.page.fill('#username', username)
    await this.page.fill('#password', password)
    await this.submit('login-form')
  }

  async submit(form: string): Promise<void> {
    await this.page.getByTestId(form).locator('button[type="submit"]').click()
  }

  async isAccessible(): Promise<void> {
    expect(await accessibilityViolations(this.page)).toEqual([])
  }

  /** The map is alive and knows exactly so many stations. */
  async mapShows(count: number): Promise<void> {
    await this.page.waitForFunction((expected) => {
      const { osprey } = globalThis as unknown as {
        osprey: { stations: number; connection: string; framesDrawn: number }
      }
      return osprey.stations === expected && osprey.connection === 'live' && osprey.framesDrawn > 0
    }, count)
  }

  async leave(): Promise<void> {
    expect(this.complaints).toEqual([])
    await this.page.context().close()
  }
}

/** Imports the jurisdictions and invites the inspector of the north. Returns the link that the page shows. */
async function invite(administrator: Person): Promise<string> {
  const { page } = administrator
  await administrator.goTo('jurisdictions', 'jurisdictions-page')
  await administrator.press('import-areas')
  await page.getByTestId('import-areas-file').setInputFiles({
    name: 'city.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from(JURISDICTIONS),
  })
  await administrator.sees('areas-imported')
  await administrator.isAccessible()
  await page.keyboard.press('Escape')
  await administrator.press('jurisdiction-north')
  await administrator.sees('area-map')
  await page
    .getByTestId('jurisdiction-north')
    .filter({ hasText: String(IN_THE_NORTH) })
    .waitFor()
  await administrator.isAccessible()

  await administrator.goTo('people', 'people')
  await administrator.isAccessible()
  await administrator.press('invite')
  await page.fill('[data-testid="invite-form"] [name="username"]', INSPECTOR.username)
  await page.fill('[data-testid="invite-form"] [name="displayName"]', 'Li Na')
  await page.getByTestId('role').selectOption('inspector')
  await administrator.press('area-north')
  await administrator.isAccessible()
  await administrator.press('invite-send')
  await administrator.sees('mailed')
  await administrator.isAccessible()
  const link = await page.getByTestId('one-time-link').inputValue()
  // It is shown this once: a key pressed by mistake does not lose it, a page that is left neither.
  await page.keyboard.press('Escape')
  await administrator.sees('once-asking')
  await administrator.isAccessible()
  await page.goBack()
  expect(await page.getByTestId('one-time-link').inputValue()).toBe(link)
  await page.goForward()
  await administrator.press('once-leave')
  await administrator.sees(`person-${INSPECTOR.username}`)
  return link
}

/** Follows the link, chooses a password, signs in with it. */
async function joinWith(inspector: Person, link: string): Promise<void> {
  const { page } = inspector
  await page.goto(link)
  await inspector.sees('link-form')
  expect(page.url()).not.toContain('token')
  await inspector.isAccessible()
  await page.fill('[name="new-password"]', 'password123')
  await page.fill('[name="new-password-again"]', 'password123')
  await page.locator('.field-problem').first().waitFor()
  expect(await page.getByTestId('link-form').locator('button[type="submit"]').isDisabled()).toBe(true)
  await page.fill('[name="new-password"]', INSPECTOR.password)
  await page.fill('[name="new-password-again"]', INSPECTOR.password)
  await inspector.submit('link-form')
  await inspector.sees('passwordSet')
  await inspector.isAccessible()
  await inspector.enterPassword(INSPECTOR)
  await inspector.sees('map')
}

/** Switches the second factor on in the account page. Returns its secret. */
async function setUpSecondFactor(inspector: Person): Promise<TOTP> {
  await inspector.goTo('account', 'sessions')
  await inspector.isAccessible()
  await inspector.press('second-factor-setup')
  const totp = await confirmSecondFactor(inspector, INSPECTOR.password)
  await inspector.sees('second-factor-disable')
  return totp
}

/** Shows the password, scans, so to speak, types the first code and keeps the recovery codes. */
async function confirmSecondFactor(person: Person, password: string): Promise<TOTP> {
  const { page } = person
  await person.sees('second-factor-begin')
  await person.isAccessible()
  await page.fill('[data-testid="second-factor-begin"] [name="current"]', password)
  await person.submit('second-factor-begin')
  await person.sees('second-factor-form')
  await person.isAccessible()
  const totp = new TOTP({ secret: await page.getByTestId('second-factor-secret').inputValue() })
  await page.getByTestId('code').fill(totp.generate())
  await person.submit('second-factor-form')
  await person.sees('recovery-codes')
  expect(await page.getByTestId('recovery-codes').locator('li').count()).toBe(10)
  await person.isAccessible()
  await person.press('kept')
  return totp
}

async function signInWithCode(inspector: Person, totp: TOTP): Promise<void> {
  await inspector.enterPassword(INSPECTOR)
  await inspector.sees('code-form')
  await inspector.isAccessible()
  await inspector.page.getByTestId('code').fill('000000')
  await inspector.submit('code-form')
  await inspector.sees('login-problem')
  // The code that switched it on has been used; the server also takes the one that follows.
  await inspector.page.getByTestId('code').fill(totp.generate({ timestamp: Date.now() + TOTP_STEP }))
  await inspector.submit('code-form')
  await inspector.sees('account-page')
}

async function createAndRevokeToken(inspector: Person): Promise<void> {
  const { page } = inspector
  await inspector.press('token-create')
  await page.fill('[data-testid="token-form"] [name="name"]', 'evening report')
  await page.locator('input[value="stations:read"]').check()
  await page.fill('[data-testid="token-form"] [name="current"]', INSPECTOR.password)
  expect(await page.locator('input[value="accounts:read"]').count()).toBe(0)
  await inspector.isAccessible()
  await inspector.submit('token-form')
  await inspector.sees('token-value')
  await inspector.isAccessible()
  await page.keyboard.press('Escape')
  await inspector.press('once-leave')
  await page.getByTestId('tokens').getByText('evening report').waitFor()
  await page.getByTestId('tokens').getByRole('button').click()
  await inspector.press('confirm')
  await page.getByTestId('tokens').waitFor({ state: 'detached' })
}

async function signOut(person: Person): Promise<void> {
  await person.press('user-menu')
  await person.press('menu-leave')
  await person.sees('login-form')
}

async function disable(administrator: Person): Promise<void> {
  await administrator.page.getByTestId(`person-${INSPECTOR.username}`).getByRole('button').click()
  await administrator.sees('person-form')
  await administrator.isAccessible()
  await administrator.press('do-disable')
  await administrator.isAccessible()
  await administrator.press('confirm')
  await administrator.sees('do-enable')
}

describeWith({ chromium: CHROMIUM }, 'people of an agency at the web app', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test.each(VISITORS)(
    'an inspector is invited, joins, sees the own district only, secures the account and is shut out: $who',
    async ({ language, options }) => {
      await withSystem({ env: { OSPREY_ADMIN_PASSWORD: ADMINISTRATOR.password } }, async (system) => {
        for (const station of STATIONS) await system.api.createStation({ ...station, medium: 'air' })
        const administrator = await Person.at(browser, system, options)
        await administrator.goTo('', 'login-form')
        await administrator.enterPassword(ADMINISTRATOR)
        await administrator.mapShows(STATIONS.length)
        const link = await invite(administrator)

        const inspector = await Person.at(browser, system, options)
        await joinWith(inspector, link)
        await inspector.mapShows(IN_THE_NORTH)
        await inspector.goTo('people', 'not-allowed')
        await inspector.isAccessible()
        await inspector.goTo('jurisdictions', 'jurisdiction-north')
        expect(await inspector.page.getByTestId('jurisdiction-south').count()).toBe(0)

        const totp = await setUpSecondFactor(inspector)
        await signOut(inspector)
        await signInWithCode(inspector, totp)
        await createAndRevokeToken(inspector)
        await inspector.goTo('map', 'map')
        await inspector.mapShows(IN_THE_NORTH)

        await disable(administrator)
        await inspector.sees('expired')
        await inspector.isAccessible()
        await inspector.enterPassword(INSPECTOR)
        const wrong = textsOf(language)['login']?.['problem'] as unknown as { wrong: string }
        await inspector.page.getByTestId('login-problem').getByText(wrong.wrong).waitFor()

        // Somebody who comes with a link that was used learns nothing about the account.
        await inspector.page.goto(link)
        await inspector.sees('link-invalid')
        await inspector.isAccessible()
        await inspector.leave()
        await administrator.leave()
      })
    },
  )

  test('an administrator whom others could reach does nothing before the second factor is set up', async () => {
    const env = {
      OSPREY_ADMIN_PASSWORD: ADMINISTRATOR.password,
      OSPREY_PUBLIC_URL: 'https://osprey.example.org',
    }
    await withSystem({ env }, async (system) => {
      const administrator = await Person.at(browser, system, (VISITORS[0] as (typeof VISITORS)[0]).options)
      await administrator.goTo('people', 'login-form')
      await administrator.enterPassword(ADMINISTRATOR)
      await administrator.sees('second-factor-due')
      await confirmSecondFactor(administrator, ADMINISTRATOR.password)
      await administrator.sees('people')
      await administrator.leave()
    })
  })
})
