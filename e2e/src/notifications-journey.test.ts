import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertsView } from '@osprey/core/api/alerts'
import type { DeliveriesView } from '@osprey/core/api/notifications'
import type { RuleDefinitionInput } from '@osprey/core/api/rules'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'
import { until } from './harness/wait.ts'

const ADMINISTRATOR = { username: 'admin', password: 'a password for this test' }
const STATION = { id: 'north-gate', name: 'North Gate', latitude: 30.7, longitude: 118.3 }
const RULE = 'pm25-now'

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

/** Fires at once above the limit. */
const rule: { id: string; active: boolean; definition: RuleDefinitionInput } = {
  id: RULE,
  active: true,
  definition: {
    name: 'PM2.5 far above the usual',
    severity: 'severe',
    scope: { stations: [STATION.id] },
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'comparison',
        measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
        operator: 'gt',
        threshold: { kind: 'number', value: 75 },
      },
    },
  },
}

interface Posted {
  headers: IncomingHttpHeaders
  body: string
}

/** A duty desk's own service, as the platform posts to it. */
class Receiver {
  readonly posted: Posted[] = []

  private constructor(private readonly server: Server) {
    server.on('request', async (request, response) => {
      let body = ''
      for await (const part of request.setEncoding('utf8')) body += part
      this.posted.push({ headers: request.headers, body })
      response.end('taken')
    })
  }

  static async start(): Promise<Receiver> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Receiver(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/duty`
  }

  end(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** Whether the header is the signature of exactly this body with the secret that the person was shown. */
function isSigned({ headers, body }: Posted, secret: string): boolean {
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['osprey-signature'])) ?? []
  return signature === createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
}

class Administrator {
  private constructor(
    readonly page: Page,
    private readonly complaints: string[],
    private readonly system: System,
  ) {}

  static async at(browser: Browser, system: System, options: BrowserContextOptions): Promise<Administrator> {
    const { page, complaints } = await watchedPage(browser, system.url, options)
    const administrator = new Administrator(page, complaints, system)
    await administrator.goTo('notifications', 'login-form')
    await page.fill('#username', ADMINISTRATOR.username)
    await page.fill('#password', ADMINISTRATOR.password)
    await page.getByTestId('login-form').locator('button[type="submit"]').click()
    await administrator.sees('notifications-page')
    return administrator
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

  async type(testId: string, text: string): Promise<void> {
    await this.page.getByTestId(testId).fill(text)
  }

  async isAccessible(): Promise<void> {
    expect(await accessibilityViolations(this.page)).toEqual([])
  }

  async leave(): Promise<void> {
    expect(this.complaints).toEqual([])
    await this.page.context().close()
  }
}

/** Makes a signed webhook, beginning where the page says that nobody is told. Returns the secret it shows. */
async function makeChannel(administrator: Administrator, url: string): Promise<string> {
  const { page } = administrator
  await administrator.sees('nobody-told')
  await administrator.isAccessible()
  await administrator.press('begin')
  await page.getByTestId('channel-kind').selectOption('webhook')
  await administrator.type('channel-name', 'Duty desk')
  await administrator.press('channel-save')
  await page.locator('.field-problem').waitFor()
  await administrator.isAccessible()
  await administrator.type('channel-url', url)
  await administrator.press('channel-save')
  await administrator.sees('signing-secret')
  await administrator.isAccessible()
  const secret = await page.getByTestId('signing-secret').inputValue()
  await page.keyboard.press('Escape')
  await administrator.sees('once-asking')
  await administrator.press('once-leave')
  await administrator.sees('channel-duty-desk')
  expect(await page.content()).not.toContain(secret)
  return secret
}

async function sendTest(administrator: Administrator, receiver: Receiver, secret: string): Promise<void> {
  const { page } = administrator
  await administrator.press('test-channel')
  await administrator.sees('test-delivered')
  expect(await page.getByTestId('test-answer').textContent()).toContain('taken')
  await administrator.isAccessible()
  await administrator.press('test-close')
  expect(receiver.posted.map((one) => isSigned(one, secret))).toEqual([true])
  expect(isSigned({ ...(receiver.posted[0] as Posted), body: '{}' }, secret)).toBe(false)
}

/** Leads every alert to the channel, and to administrators. */
async function makeRoute(administrator: Administrator): Promise<void> {
  const { page } = administrator
  await administrator.press('tab-routes')
  await administrator.press('begin')
  await administrator.type('route-name', 'Everything to the duty desk')
  await page.locator('[data-field="roles"] input').last().check()
  await page.locator('[data-field="groupWaitSeconds"]').fill('0')
  await administrator.press('route-quiet')
  await administrator.isAccessible()
  await administrator.press('route-quiet')
  await administrator.press('route-save')
  await administrator.sees('route-everything-to-the-duty-desk')
  await page.getByTestId('nobody-told').waitFor({ state: 'detached' })
  await administrator.isAccessible()
}

async function exceed(system: System): Promise<void> {
  await system.api.createStation({ ...STATION, medium: 'air' })
  await system.api.request('POST', '/api/rules', rule)
  const [device] = await system.api.createDevices([{ id: STATION.id, stations: [STATION.id] }])
  if (device === undefined) throw new Error('no device was made')
  const client = await connectDevice(system, device)
  await publishReport(client, { time: Date.now() - 1000, values: { pm25: 120 } })
  await client.endAsync()
}

/** The one delivery of the alert, as the receiver, the log and the page know it. */
async function isToldOnce(
  administrator: Administrator,
  system: System,
  receiver: Receiver,
  secret: string,
): Promise<void> {
  const { page } = administrator
  const told = await until('the webhook to be delivered', async () => {
    const log = await system.api.get<DeliveriesView>('/api/notifications/deliveries?channel=duty-desk')
    return log.deliveries.some(({ state }) => state === 'delivered') && log.deliveries
  })
  expect(told.map(({ state, attempts }) => ({ state, attempts }))).toEqual([
    { state: 'delivered', attempts: 1 },
  ])
  const posted = receiver.posted.slice(1)
  expect(posted.map(({ headers }) => headers['idempotency-key'])).toEqual([told[0]?.key])
  expect(posted.map((one) => isSigned(one, secret))).toEqual([true])
  expect(posted[0]?.body).toContain(rule.definition.name)

  await administrator.press('tab-deliveries')
  await page.getByTestId('delivery-channel').selectOption('duty-desk')
  await page.locator('[data-testid="delivery"][data-state="delivered"]').first().waitFor()
  expect(await page.getByTestId('delivery').count()).toBe(1)
  await page.getByText(told[0]?.key as string).waitFor()
  await administrator.isAccessible()
}

/** The bell counts the notice without the page being loaded again, and leads to the alert. */
async function bellLeadsToAlert(administrator: Administrator, system: System): Promise<void> {
  const { page } = administrator
  await page.getByTestId('bell-count').getByText('1', { exact: true }).waitFor()
  expect(await page.getByTestId('notice-announced').textContent()).toContain(rule.definition.name)
  await administrator.press('bell')
  await administrator.sees('notice-link')
  await administrator.isAccessible()
  await administrator.press('notice-link')
  await administrator.sees('alert-headline')
  await page.getByTestId('bell-count').waitFor({ state: 'detached' })
  const { alerts } = await system.api.get<AlertsView>('/api/alerts?state=firing')
  expect(page.url()).toContain(`alert=${alerts[0]?.id}`)
}

async function saveHolidays(administrator: Administrator): Promise<void> {
  const { page } = administrator
  const year = new Date().getFullYear()
  await administrator.goTo('notifications?view=holidays', 'paste-open')
  await administrator.press('paste-open')
  await administrator.type('paste-lines', `${year}-02-30 No such day`)
  await page.locator('.field-problem').waitFor()
  await administrator.type('paste-lines', `${year}-10-01 National Day\n${year}-10-02 National Day`)
  await administrator.press('paste-add')
  await administrator.sees(`holiday-${year}-10-02`)
  await administrator.isAccessible()
  await administrator.press('holidays-save')
  await page.getByTestId('holidays-unsaved').waitFor({ state: 'detached' })
  await page.reload()
  await administrator.sees(`holiday-${year}-10-01`)
}

describeWith({ chromium: CHROMIUM }, 'notifications at the web app', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test.each(VISITORS)(
    'a channel and a route are made, tested and tell of an alert exactly once: $who',
    async ({ options }) => {
      const receiver = await Receiver.start()
      const env = {
        OSPREY_ADMIN_PASSWORD: ADMINISTRATOR.password,
        OSPREY_WEBHOOK_ALLOW: '127.0.0.1',
      }
      try {
        await withSystem({ env }, async (system) => {
          const administrator = await Administrator.at(browser, system, options)
          const secret = await makeChannel(administrator, receiver.url)
          await sendTest(administrator, receiver, secret)
          await makeRoute(administrator)
          await exceed(system)
          await isToldOnce(administrator, system, receiver, secret)
          await bellLeadsToAlert(administrator, system)
          await saveHolidays(administrator)
          await administrator.leave()
        })
      } finally {
        receiver.end()
      }
    },
  )
})
