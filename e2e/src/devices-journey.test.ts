import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { accessibilityViolations, launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { stationAt } from './harness/fleet.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { ROOT } from './harness/service-process.ts'
import { type System, withSystem } from './harness/system.ts'

const PASSWORD = 'a password for this test'
const STATIONS = 50
const DESK: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 1280, height: 900 },
  colorScheme: 'light',
}
const PHONE: BrowserContextOptions = {
  locale: 'zh-CN',
  viewport: { width: 390, height: 844 },
  colorScheme: 'dark',
  hasTouch: true,
}

interface Credentials {
  id: string
  secret: string
}

async function logIn(page: Page, system: System): Promise<void> {
  await page.goto(`${system.url}/#/devices`)
  await page.getByTestId('login-form').waitFor()
  await page.fill('input[name="username"]', 'admin')
  await page.fill('input[name="password"]', PASSWORD)
  await page.press('input[name="password"]', 'Enter')
  await page.getByTestId('devices').waitFor()
}

/** Clicks what starts a download and answers the path of the file. */
async function download(page: Page, button: Locator, directory: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()])
  const path = join(directory, file.suggestedFilename())
  await file.saveAs(path)
  return path
}

function readCredentials(path: string): (Credentials & Record<string, string>)[] {
  const [head = '', ...rows] = readFileSync(path, 'utf8').replace('\uFEFF', '').trimEnd().split('\r\n')
  const names = head.split(',')
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at], cell]))) as never
}

function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

const rowState = (page: Page, id: string, state: string): Locator =>
  page.locator(`[data-testid="device-${id}"] [data-state="${state}"]`)

const auditEntry = (page: Page, action: string): Locator =>
  page.locator(`[data-testid="audit-entry"][data-action="${action}"]`)

/** Bulk creation for stations: the file is the only place where the secrets are afterwards. */
async function createDevices(
  page: Page,
  directory: string,
): Promise<(Credentials & Record<string, string>)[]> {
  await page.getByTestId('new-devices').click()
  await page.getByRole('radio', { name: 'One per station' }).click()
  await page.getByTestId('bulk-medium').selectOption('air')
  await page.getByTestId('bulk-prefix').fill('dev-')
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByTestId('bulk-create').click()
  await page.getByTestId('credentials-list').waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTestId('once-asking').waitFor()
  const path = await download(page, page.getByTestId('credentials-save'), directory)
  await page.getByTestId('once-done').click()
  await page.getByTestId('credentials-list').waitFor({ state: 'detached' })
  return readCredentials(path)
}

async function openDevice(page: Page, id: string): Promise<void> {
  await page.getByTestId(`device-${id}`).getByRole('link').click()
  await page.getByTestId('device-facts').waitFor()
}

/** A good and a bad message come in, each shown with what became of it. */
async function messagesAreExplained(page: Page, client: MqttClient): Promise<void> {
  await publishReport(client, { values: { pm25: 42 } })
  await publishReport(client, { values: { pm25: 41, flux_capacitance: 3 } })
  await client.publishAsync(`v1/devices/${client.options.clientId}/observations`, 'PM2.5=40', { qos: 1 })
  const message = (outcome: string) => page.locator(`[data-testid="message"][data-outcome="${outcome}"]`)
  await message('accepted').getByRole('cell', { name: '42', exact: true }).waitFor()
  await message('partly_accepted').filter({ hasText: 'unknown_property' }).waitFor()
  await message('rejected').filter({ hasText: 'malformed_json' }).filter({ hasText: 'PM2.5=40' }).waitFor()
  await message('rejected').filter({ hasText: 'Send one complete JSON text' }).waitFor()
}

/** The old secret and its session end together; the new one is shown once and works. */
async function rotate(
  page: Page,
  system: System,
  old: Credentials,
  client: MqttClient,
): Promise<Credentials> {
  const ended = closed(client)
  await page.getByTestId('device-rotate').click()
  await page.getByTestId('confirm').click()
  const shown = page.getByTestId('credentials-secret')
  await shown.waitFor()
  const secret = (await shown.textContent()) ?? ''
  await page.getByTestId('once-done').click()
  await page.getByTestId('once-leave').click()
  await ended
  expect(secret).not.toBe(old.secret)
  await expect(connectDevice(system, old)).rejects.toThrow()
  return { id: old.id, secret }
}

async function disable(page: Page, system: System, device: Credentials): Promise<void> {
  const client = await connectDevice(system, device)
  await page.locator('[data-testid="device-facts"] [data-state="connected"]').waitFor()
  const ended = closed(client)
  await page.getByTestId('device-disable').click()
  await page.getByTestId('confirm').click()
  await ended
  await expect(connectDevice(system, device)).rejects.toThrow()
  await page.locator('[data-testid="device-facts"] [data-state="disabled"]').waitFor()
}

/** Publishes to the topics of another device, for which the broker ends the connection. */
async function publishElsewhere(system: System, device: Credentials, other: string): Promise<void> {
  const client = await connectDevice(system, device)
  const ended = closed(client)
  client.on('error', () => {})
  client.publish(`v1/devices/${other}/observations`, '{"values":{"pm25":1}}', { qos: 1 })
  await ended
  client.end(true)
}

async function auditTells(page: Page, device: string): Promise<void> {
  await page.getByTestId('nav-audit').click()
  await page.getByTestId('audit-entries').waitFor()
  await auditEntry(page, 'session.login').filter({ hasText: 'admin' }).first().waitFor()
  await page.getByTestId('audit-object').fill(device)
  await page.getByTestId('audit-find').click()
  for (const action of ['device.created', 'device.rotated', 'device.changed']) {
    await auditEntry(page, action).filter({ hasText: 'admin' }).waitFor()
  }
  expect(await auditEntry(page, 'session.login').count()).toBe(0)
  await auditEntry(page, 'device.changed').getByRole('button').click()
  const change = page.getByTestId('audit-details').getByRole('row', { name: /disabled/ })
  await change.filter({ hasText: /false.*true/ }).waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
}

/** What the page hands out is what the verifier needs, and it finds nothing wrong. */
async function exportVerifies(page: Page, directory: string): Promise<void> {
  const log = await download(page, page.getByTestId('audit-export'), directory)
  const heads = await download(page, page.getByTestId('audit-heads'), directory)
  const key = await download(page, page.getByTestId('audit-key'), directory)
  const command = [join(ROOT, 'backend/dist/audit-verify.js'), log, '--heads', heads, '--key', key]
  const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/node'), command)
  expect(stdout).not.toBe('')
}

describeWith({ chromium: CHROMIUM }, 'devices and audit in the web app', () => {
  let browser: Browser
  const directory = mkdtempSync(join(tmpdir(), 'osprey-downloads-'))
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('devices are made, watched, explained, renewed and ended, and the audit log tells of it', async () => {
    await withSystem({ env: { OSPREY_ADMIN_PASSWORD: PASSWORD } }, async (system) => {
      for (let index = 0; index < STATIONS; index++) {
        await system.api.createStation(stationAt(`s${String(index).padStart(2, '0')}`, index))
      }
      const { page, complaints } = await watchedPage(browser, system.url, DESK)
      await logIn(page, system)
      expect(await accessibilityViolations(page)).toEqual([])

      const credentials = await createDevices(page, directory)
      expect(credentials).toHaveLength(STATIONS)
      const [first, second, third] = credentials.slice(0, 3) as unknown as [
        Credentials,
        Credentials,
        Credentials,
      ]
      expect(first).toMatchObject({
        id: 'dev-s00',
        host: '127.0.0.1',
        port: String(system.mqttPort),
        tls: 'no',
        topic_observations: 'v1/devices/dev-s00/observations',
      })
      await rowState(page, second.id, 'never').waitFor()
      const client = await connectDevice(system, first)
      await rowState(page, first.id, 'connected').waitFor()

      await expect(connectDevice(system, { id: second.id, secret: 'not its secret' })).rejects.toThrow()
      await publishElsewhere(system, third, first.id)
      const refused = page.getByTestId('refused').getByRole('row')
      await refused.filter({ hasText: second.id }).filter({ hasText: 'bad_secret' }).waitFor()
      await refused
        .filter({ hasText: third.id })
        .filter({ hasText: `v1/devices/${first.id}` })
        .first()
        .waitFor()
      expect(await accessibilityViolations(page)).toEqual([])

      await openDevice(page, first.id)
      await messagesAreExplained(page, client)
      expect(await accessibilityViolations(page)).toEqual([])
      const renewed = await rotate(page, system, first, client)
      await disable(page, system, renewed)
      await refused.filter({ hasText: 'device_disabled' }).first().waitFor()

      await auditTells(page, first.id)
      await exportVerifies(page, directory)
      expect(complaints).toEqual([])
      await page.context().close()
      await everyPageOnAPhone(system, first.id)
    })
  })

  async function everyPageOnAPhone(system: System, device: string): Promise<void> {
    const { page, complaints } = await watchedPage(browser, system.url, PHONE)
    await logIn(page, system)
    await page.getByTestId('refused').waitFor()
    const pages = [
      { hash: '#/devices', shown: 'device-table' },
      { hash: `#/devices?device=${device}`, shown: 'messages' },
      { hash: '#/audit', shown: 'audit-entries' },
    ]
    for (const { hash, shown } of pages) {
      await page.goto(`${system.url}/${hash}`)
      await page.getByTestId(shown).waitFor()
      expect(await accessibilityViolations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    }
    await page.getByTestId('user-menu').click()
    expect(await page.getByTestId('nav-audit').getAttribute('aria-current')).toBe('page')
    expect(await accessibilityViolations(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  }
})
