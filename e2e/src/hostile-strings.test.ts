import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertsView } from '@osprey/core/api/alerts'
import { deviceTopic } from '@osprey/core/topics'
import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, watchedPage } from './harness/browser.ts'
import { connectDevice } from './harness/device.ts'
import { drained, expectBalancedLedger } from './harness/fleet.ts'
import { CHROMIUM, describeWith } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'

/*
 * F19: every field a person, a device or a stranger can fill gets strings that would do harm if any page, in either
 * language, took one for more than text. What validation refuses has not got in; the rest must be shown as text.
 */

const PASSWORD = 'a password for this test'
/** What executes sets this. */
const MARK = 'ospreyHostile'

const HOSTILE = [
  `<script>window.${MARK}=1</script>`,
  `"><img src=x onerror="window.${MARK}=2">`,
  `'><svg/onload=window.${MARK}=3>`,
  `javascript:window.${MARK}=4//`,
  `<a href="javascript:window.${MARK}=5">open</a>`,
  `{{constructor.constructor('window.${MARK}=6')()}}`,
  `\${window.${MARK}=7}`,
  `$t(nav.map) {{name}} {{- name}} %s %n`,
  `<iframe srcdoc="<script>parent.${MARK}=8</script>"></iframe>`,
  '</title></style></textarea><style>@import url(//evil.invalid/x.css);</style>',
  '<img src=//evil.invalid/pixel.png><link rel=stylesheet href=//evil.invalid/y.css>',
  '\'; DROP TABLE users; -- " OR 1=1',
  '__proto__',
  '=HYPERLINK("http://evil.invalid/","open")',
  '\u202Egnp.elgae\u202C \u2066x\u2069 a\u0301\u0301\u0301\u0301',
  '🏭👩‍🔬🇨🇳𠮷 监测站',
  '&lt;b&gt;&amp;&#60;script&#62;',
  `<x onclick=window.${MARK}=9 style=position:fixed;inset:0 tabindex=0 autofocus onfocus=window.${MARK}=10>`,
  'A'.repeat(199),
  'W'.repeat(100_000),
  'nul\0inside',
  '\ud800 lone',
  'line\nbreak\r\ttab\u2028separator',
  '',
]

interface Field {
  name: string
  /** Resolves with whether the platform took the string. */
  fill(hostile: string, index: number): Promise<boolean>
}

/** Everything that can be filled, with what is needed to fill it. */
async function fieldsOf(system: System, session: string): Promise<{ alert: string; fields: Field[] }> {
  const send = async (method: string, path: string, body: unknown, headers?: Record<string, string>) => {
    const response = await fetch(`${system.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(headers ?? system.authorization()) },
      body: JSON.stringify(body),
    })
    await response.arrayBuffer()
    // A refusal names the field; a fault would be ours.
    expect({ path, hostile: body, status: response.status < 500 }).toMatchObject({ status: true })
    return response.ok
  }
  const post = (path: string, body: unknown) => send('POST', path, body)
  const patch = (path: string, body: unknown) => send('PATCH', path, body)
  const own = { cookie: session, origin: system.url }
  const at = (index: number) => ({ latitude: 30 + index / 100, longitude: 118 + index / 100 })
  const square = (index: number) => {
    const { longitude: x, latitude: y } = at(index)
    const ring = [
      [x, y],
      [x + 1, y],
      [x + 1, y + 1],
      [x, y + 1],
      [x, y],
    ]
    return { type: 'Polygon', coordinates: [ring] }
  }
  const station = (id: string, index: number, more: object) =>
    post('/api/stations', { id, name: `Station ${index}`, medium: 'air', ...at(index), ...more })
  await station('plain', 0, {})
  const devices = await system.api.createDevices([
    { id: 'device-0', stations: ['plain'] },
    { id: 'device-1', stations: ['plain'] },
  ])
  const [device, other] = devices as [(typeof devices)[0], (typeof devices)[0]]
  let client = await connectDevice(system, device)
  system.onDispose(() => client.end(true))
  /** What the broker will not take ends the connection: the instrument comes back. */
  const publish = async (kind: 'status' | 'observations' | 'senml' | 'commands/result', payload: unknown) => {
    if (!client.connected) client = await connectDevice(system, device)
    const { promise: closed, resolve: close } = Promise.withResolvers<false>()
    const ended = () => close(false)
    client.once('close', ended)
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const options = { qos: 1, retain: kind === 'status' } as const
    const published = client.publishAsync(deviceTopic('device-0', kind), text, options).then(
      () => true,
      () => false,
    )
    return Promise.race([published, closed]).finally(() => client.off('close', ended))
  }
  const connect = (options: mqtt.IClientOptions) =>
    mqtt
      .connectAsync(
        `mqtt://127.0.0.1:${system.mqttPort}`,
        { reconnectPeriod: 0, connectTimeout: 5000, ...options },
        false,
      )
      .then(
        async (connected) => {
          await connected.endAsync(true)
          return true
        },
        () => false,
      )
  const alert = await firingAlert(system, (topic, payload) => publish(topic, payload), post)
  const onAlert = (action: string, body: object) => post(`/api/alerts/${alert}/${action}`, body)
  const channel = (id: string, name: string, settings: object) =>
    post('/api/notifications/channels', { id, name, settings })
  const holidays: object[] = []
  const rule = (id: string, definition: object, active = false) =>
    post('/api/rules', { id, active, definition: { ...DEFINITION, ...definition } })
  const judging = (id: string, comparison: object) =>
    rule(id, { trigger: { kind: 'condition', condition: { ...CONDITION, ...comparison } } })
  await rule('history', {})
  const property = (index: number, more: object) =>
    post('/api/properties', {
      id: `hostile_${Object.keys(more)[0]?.toLowerCase()}_${index}`,
      name: { en: `Property ${index}`, zh: `属性 ${index}` },
      media: ['air'],
      unit: '1',
      symbol: '',
      kind: 'number',
      precision: 1,
      ...more,
    })
  const account = (username: string, more: object) =>
    post('/api/accounts', {
      username,
      displayName: 'Plain',
      email: null,
      role: 'viewer',
      jurisdictions: null,
      ...more,
    })
  const layer = (id: string, name: string, properties: object) =>
    send('PUT', `/api/layers/${id}?name=${encodeURIComponent(wellFormed(name))}`, {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', geometry: square(0), properties }],
    })
  const fields: Field[] = [
    { name: 'station id', fill: (text, index) => station(text, index, {}) },
    { name: 'station name', fill: (text, index) => station(`name-${index}`, index, { name: text }) },
    {
      name: 'station description',
      fill: (text, index) => station(`about-${index}`, index, { description: text }),
    },
    { name: 'station class', fill: (text, index) => station(`class-${index}`, index, { class: text }) },
    {
      name: 'station attribute',
      fill: (text, index) => station(`value-${index}`, index, { attributes: { plain: text } }),
    },
    {
      name: 'station attribute name',
      fill: (text, index) =>
        station(`key-${index}`, index, { attributes: JSON.parse(`{${JSON.stringify(text)}:1}`) }),
    },
    { name: 'site name', fill: (text, index) => post('/api/sites', { id: `site-${index}`, name: text }) },
    {
      name: 'site description',
      fill: (text, index) => post('/api/sites', { id: `about-${index}`, name: 'Site', description: text }),
    },
    { name: 'property name', fill: (text, index) => property(index, { name: { en: text, zh: text } }) },
    { name: 'property symbol', fill: (text, index) => property(index, { symbol: text }) },
    { name: 'property unit', fill: (text, index) => property(index, { unit: text }) },
    {
      name: 'property category',
      fill: (text, index) => property(index, { categories: [text], kind: 'category' }),
    },
    { name: 'property definition', fill: (text, index) => property(index, { definition: text }) },
    { name: 'layer name', fill: (text, index) => layer(`layer-${index}`, text, {}) },
    { name: 'layer feature name', fill: (text, index) => layer(`feature-${index}`, 'Layer', { name: text }) },
    {
      name: 'jurisdiction id',
      fill: (text, index) =>
        post('/api/jurisdictions', { id: text, name: 'x', parent: null, geometry: square(index) }),
    },
    {
      name: 'jurisdiction name',
      fill: (text, index) =>
        post('/api/jurisdictions', {
          id: `area-${index}`,
          name: text,
          parent: null,
          geometry: square(index),
        }),
    },
    { name: 'user name', fill: (text) => account(text, {}) },
    { name: 'display name', fill: (text, index) => account(`person-${index}`, { displayName: text }) },
    { name: 'mail address', fill: (text, index) => account(`mail-${index}`, { email: text }) },
    {
      name: 'token name',
      fill: (text) =>
        send(
          'POST',
          '/api/session/tokens',
          { name: text, scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD },
          own,
        ),
    },
    {
      name: 'user agent',
      fill: (text) =>
        send(
          'POST',
          '/api/session',
          { username: 'admin', password: PASSWORD },
          { 'user-agent': asHeader(text), 'content-type': 'application/json' },
        ).catch(() => false),
    },
    {
      name: 'name of a failed log-in',
      fill: async (text, index) => {
        if (index % 4 === 0)
          await send('POST', '/api/session', { username: text, password: 'wrong password' }, {})
        return false
      },
    },
    { name: 'device id', fill: (text) => post('/api/devices', { id: text, stations: [] }) },
    { name: 'device unit', fill: (text) => patch('/api/devices/device-1', { units: { pm25: text } }) },
    { name: 'command name', fill: (text) => post('/api/devices/device-0/commands', { name: text }) },
    {
      name: 'command parameter',
      fill: (text) =>
        post('/api/devices/device-0/commands', { name: 'calibrate', parameters: { gas: text } }),
    },
    {
      name: 'command result',
      fill: (text) => publish('commands/result', { id: text, status: 'failed', detail: text }),
    },
    { name: 'device status', fill: (text) => publish('status', { firmware: text, [text]: text }) },
    {
      name: 'reported text',
      fill: (text) => publish('observations', { station: 'plain', values: { state: text } }),
    },
    {
      name: 'reported station',
      fill: (text) => publish('observations', { station: text, values: { pm25: 1 } }),
    },
    { name: 'reported property', fill: (text) => publish('observations', { values: { [text]: 1 } }) },
    {
      name: 'reported unit',
      fill: (text) => publish('observations', { values: { pm25: { value: 1, unit: text } } }),
    },
    { name: 'rule id', fill: (text) => rule(text, {}) },
    {
      name: 'rule name',
      fill: (text, index) => rule(`rule-${index}`, { name: text, scope: { stations: ['plain'] } }, true),
    },
    {
      name: 'rule description',
      fill: (text, index) => rule(`about-${index}`, { description: text }),
    },
    {
      name: 'rule instruction',
      fill: (text, index) => rule(`doing-${index}`, { instruction: text }),
    },
    {
      name: 'note of a version of a rule',
      fill: (text, index) =>
        patch('/api/rules/history', { definition: { ...DEFINITION, name: `History ${index}` }, note: text }),
    },
    {
      name: 'class in the scope of a rule',
      fill: (text, index) => rule(`class-${index}`, { scope: { classes: [text] } }),
    },
    {
      name: 'name of a tag in the scope of a rule',
      fill: (text, index) => rule(`tag-${index}`, { scope: { tags: [{ name: text, value: null }] } }),
    },
    {
      name: 'value of a tag in the scope of a rule',
      fill: (text, index) => rule(`value-${index}`, { scope: { tags: [{ name: 'plain', value: text }] } }),
    },
    {
      name: 'category in a rule',
      fill: (text, index) =>
        judging(`category-${index}`, {
          measure: { property: 'state', statistic: 'last', windowSeconds: 600 },
          operator: 'eq',
          threshold: { kind: 'category', value: text },
        }),
    },
    {
      name: 'limit in a rule',
      fill: (text, index) =>
        judging(`limit-${index}`, { operator: 'exceeds', threshold: { kind: 'limit', limit: text } }),
    },
    { name: 'comment on an alert', fill: (text) => onAlert('comment', { text: `@admin ${text}` }) },
    {
      name: 'word with an acknowledgement',
      fill: async (text) => {
        const taken = await onAlert('acknowledge', { text })
        if (taken) await onAlert('unacknowledge', {})
        return taken
      },
    },
    { name: 'assignee', fill: (text) => onAlert('assign', { assignee: text }) },
    {
      name: 'reason of a false alarm',
      fill: (text) => onAlert('false-alarm', { falseAlarm: true, reason: text }),
    },
    {
      name: 'reason of a silence',
      fill: (text) =>
        post('/api/silences', {
          reason: text,
          scope: {},
          startsAt: new Date().toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        }),
    },
    {
      name: 'saved view name',
      fill: (text) => send('POST', '/api/session/alert-views', { name: text, query: 'state=firing' }, own),
    },
    {
      name: 'saved view query',
      fill: (text, index) =>
        send('POST', '/api/session/alert-views', { name: `View ${index}`, query: text }, own),
    },
    {
      name: 'channel name',
      fill: (text, index) => channel(`channel-${index}`, text, { kind: 'in_app' }),
    },
    {
      name: 'mail address of a channel',
      fill: (text, index) =>
        channel(`mail-${index}`, 'Mail', { kind: 'email', addresses: [text, 'duty@example.org'] }),
    },
    {
      name: 'address of a channel',
      fill: (text, index) => channel(`hook-${index}`, 'Hook', { kind: 'webhook', url: text }),
    },
    {
      name: 'template of a channel',
      fill: (text, index) =>
        channel(`slack-${index}`, 'Group', {
          kind: 'slack',
          url: 'https://hooks.example.org/x',
          template: text,
        }),
    },
    {
      name: 'route name',
      fill: (text, index) =>
        post('/api/notifications/routes', {
          id: `route-${index}`,
          name: text,
          enabled: false,
          roles: ['viewer'],
        }),
    },
    {
      name: 'holiday name',
      fill: async (text, index) => {
        const day = { date: `2026-10-${String(index + 1).padStart(2, '0')}`, name: text }
        const taken = await send('PUT', '/api/holidays', { holidays: [...holidays, day] })
        if (taken) holidays.push(day)
        return taken
      },
    },
    { name: 'SenML name', fill: (text) => publish('senml', [{ n: text, v: 1, u: text }]) },
    { name: 'payload', fill: (text) => publish('observations', text) },
    {
      name: 'MQTT client id',
      fill: (text) =>
        connect({ clientId: text.slice(0, 1000), username: 'device-1', password: other.secret }),
    },
    {
      name: 'MQTT user name',
      fill: (text) => connect({ clientId: 'device-9', username: text.slice(0, 1000), password: 'wrong' }),
    },
  ]
  return { alert, fields }
}

/** Holds for every reading of the test that is taken. */
const CONDITION = {
  kind: 'comparison',
  measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
  operator: 'gt',
  threshold: { kind: 'number', value: 0 },
}
const DEFINITION = {
  name: 'Dust',
  severity: 'minor',
  trigger: { kind: 'condition', condition: CONDITION },
  scope: {},
}

/** An alert of the plain station, for people to write on. */
async function firingAlert(
  system: System,
  publish: (kind: 'observations', payload: object) => Promise<boolean>,
  post: (path: string, body: object) => Promise<boolean>,
): Promise<string> {
  const [name, description, , , instruction] = HOSTILE
  const definition = { ...DEFINITION, name, description, instruction, scope: { stations: ['plain'] } }
  await post('/api/rules', { id: 'plain', active: true, definition })
  await publish('observations', { values: { pm25: 100 } })
  for (;;) {
    const response = await fetch(`${system.url}/api/alerts`, { headers: system.authorization() })
    const { alerts } = (await response.json()) as AlertsView
    if (alerts[0]) return alerts[0].id
  }
}

/** How many of the strings are identifiers: `AAA…`, where it is not too long, is one of everything. */
const IDENTIFIERS = {
  'station id': 0,
  'jurisdiction id': 0,
  'user name': 0,
  'device id': 0,
  'command name': 0,
  'rule id': 0,
  'limit in a rule': 0,
  assignee: 0,
  'MQTT user name': 0,
}

/** A header takes Latin-1 only. */
function asHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 4000)
}

function wellFormed(text: string): string {
  return text.toWellFormed()
}

interface Visit {
  hash: string
  /** Whether hostile text must be seen; otherwise the page only has to stay harmless. */
  shows: boolean
  /** Seen in here, by test id. */
  within?: string
  /** What is pressed first, by test id. */
  press?: string
}

const visits = (alert: string): Visit[] => [
  { hash: '#/map', shows: true },
  ...[1, 2, 5, 7, 9].map((index) => ({ hash: `#/map?station=name-${index}`, shows: true })),
  { hash: '#/map?station=about-1', shows: true },
  { hash: '#/map?station=plain', shows: false },
  { hash: '#/ledger', shows: true },
  { hash: '#/ledger?device=device-0', shows: true },
  { hash: '#/devices', shows: false },
  { hash: '#/devices?device=device-0', shows: true },
  { hash: `#/devices?search=${encodeURIComponent(HOSTILE[1] ?? '')}`, shows: false },
  { hash: '#/people', shows: true },
  { hash: '#/people?person=person-1', shows: true },
  { hash: '#/jurisdictions', shows: true },
  { hash: '#/jurisdictions?jurisdiction=area-1', shows: true },
  { hash: '#/alerts', shows: true, within: 'inbox-rows' },
  { hash: '#/alerts', shows: true, within: 'saved-view', press: 'saved-views' },
  { hash: `#/alerts?alert=${alert}`, shows: true, within: 'timeline' },
  { hash: '#/rules', shows: true, within: 'rules' },
  { hash: '#/rules?rule=rule-1', shows: true, within: 'rule-editor' },
  { hash: '#/rules?rule=about-1', shows: true, within: 'rule-editor' },
  { hash: '#/rules?rule=category-0', shows: true, within: 'rule-editor' },
  { hash: '#/rules?rule=history', shows: true, within: 'versions', press: 'tab-versions' },
  { hash: '#/rules?view=new&rule=value-1', shows: true, within: 'rule-editor' },
  { hash: '#/rules?view=library', shows: true, within: 'notices', press: 'bell' },
  { hash: '#/silences', shows: true },
  { hash: '#/notifications', shows: true },
  { hash: '#/notifications?view=routes', shows: true },
  { hash: `#/notifications?view=deliveries&alert=${encodeURIComponent(HOSTILE[2] ?? '')}`, shows: false },
  { hash: '#/notifications?view=holidays', shows: true },
  { hash: '#/audit', shows: false },
  { hash: '#/audit?action=account.created', shows: true },
  { hash: '#/audit?action=station.created', shows: true },
  { hash: '#/audit?action=alert.commented', shows: true },
  { hash: '#/audit?action=rule.created', shows: true },
  { hash: `#/audit?text=${encodeURIComponent(HOSTILE[0] ?? '')}`, shows: false },
  { hash: '#/account', shows: true },
  { hash: `#/link?token=${encodeURIComponent(HOSTILE[2] ?? '')}`, shows: false },
  { hash: `#/?problem=${encodeURIComponent(HOSTILE[2] ?? '')}`, shows: false },
  { hash: `#/${encodeURIComponent(HOSTILE[1] ?? '')}`, shows: false },
]

async function logIn(page: Page, system: System): Promise<void> {
  await page.goto(system.url)
  await page.getByTestId('login-form').waitFor()
  await page.fill('#username', 'admin')
  await page.fill('#password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByTestId('map').waitFor()
}

/** What `inspect` uses of a page. */
interface PageDocument {
  title: string
  baseURI: string
  body: { textContent: string }
  querySelectorAll(
    selector: string,
  ): Iterable<{ outerHTML: string; textContent: string; getAttribute(name: string): string | null }>
}

/** What of the page's content came to life, and which of the strings it shows as they are. */
function inspect(page: Page, within: string | undefined) {
  return page.evaluate(
    ({ mark, strings, selector }) => {
      const { document } = globalThis as unknown as { document: PageDocument }
      const alive = [
        ...document.querySelectorAll(
          '[onerror],[onload],[onclick],[onfocus],[srcdoc],iframe,object,embed,base,body script,body style,body link,x',
        ),
        ...[...document.querySelectorAll('[href],[src],[action]')].filter((element) =>
          ['href', 'src', 'action'].some((name) => {
            const { protocol, host } = new URL(element.getAttribute(name) ?? '', document.baseURI)
            return protocol === 'javascript:' || host === 'evil.invalid'
          }),
        ),
      ].map((element) => element.outerHTML.slice(0, 200))
      const text =
        selector === null
          ? `${document.body.textContent} ${document.title}`
          : [...document.querySelectorAll(selector)].map(({ textContent }) => textContent).join('\n')
      return {
        executed: (globalThis as unknown as Record<string, unknown>)[mark] ?? null,
        alive,
        shown: strings.filter((string) => text.includes(string)).length,
      }
    },
    {
      mark: MARK,
      strings: HOSTILE.filter((string) => /[<{$]/.test(string)),
      selector: within === undefined ? null : `[data-testid="${within}"]`,
    },
  )
}

/** Resolves when nothing was asked of the server for a moment: the page has all its data. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
}

/** Opens the first folded things of the page, as a person does who wants to know more. */
async function unfold(page: Page): Promise<void> {
  const folded = page.locator(
    'main summary:visible, main [aria-expanded="false"]:not([aria-haspopup]):enabled:visible',
  )
  for (const one of (await folded.all()).slice(0, 8)) await one.click({ timeout: 500 }).catch(() => {})
  await settled(page)
}

describeWith({ chromium: CHROMIUM }, 'F19: hostile strings', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test('in every field of people, devices and strangers nothing executes on any page, and all is shown as text', async () => {
    await withSystem({ env: { OSPREY_ADMIN_PASSWORD: PASSWORD } }, async (system) => {
      const answer = await fetch(`${system.url}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: PASSWORD }),
      })
      const session = answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ')
      await system.api.createProperty({
        id: 'state',
        name: { en: 'State', zh: '状态' },
        media: ['air'],
        unit: '1',
        symbol: '',
        kind: 'category',
        precision: 0,
        categories: HOSTILE.filter((text) => text.length > 0 && text.length <= 64 && /^[ -~]+$/.test(text)),
      })
      const { alert, fields } = await fieldsOf(system, session)
      const taken: Record<string, number> = {}
      for (const { name, fill } of fields) {
        taken[name] = 0
        for (const [index, hostile] of HOSTILE.entries()) if (await fill(hostile, index)) taken[name]++
      }
      await drained(system)
      await expectBalancedLedger(system)
      for (const [name, letIn] of Object.entries(IDENTIFIERS)) {
        expect({ name, taken: taken[name] }).toEqual({ name, taken: letIn })
      }
      const shown: Record<string, number> = {}
      const pages = visits(alert)
      const visit = async (locale: string) => {
        const { page, complaints } = await watchedPage(browser, system.url, {
          locale,
          viewport: { width: 1280, height: 900 },
        })
        page.on('dialog', async (dialog) => {
          complaints.push(`dialog: ${dialog.message()}`)
          await dialog.dismiss()
        })
        page.on('popup', (popup) => complaints.push(`window: ${popup.url()}`))
        await logIn(page, system)
        for (const { hash, shows, within, press } of pages) {
          // A page that differs in its hash alone is not loaded anew.
          await page.goto('about:blank')
          await page.goto(`${system.url}/${hash}`)
          await settled(page)
          await unfold(page)
          if (press !== undefined) {
            await page.getByTestId(press).click()
            await settled(page)
          }
          const found = await inspect(page, within)
          expect({ locale, hash, executed: found.executed, alive: found.alive, complaints }).toEqual({
            locale,
            hash,
            executed: null,
            alive: [],
            complaints: [],
          })
          const seen = { locale, hash, within, shown: !shows || found.shown > 0 }
          expect(seen).toEqual({ ...seen, shown: true })
          shown[`${locale} ${hash.slice(0, 40)} ${within ?? ''}`] = found.shown
        }
        await page.context().close()
      }
      await Promise.all(['en-GB', 'zh-CN'].map(visit))
      const accepted = Object.values(taken).reduce((sum, each) => sum + each, 0)
      console.info(
        `F19: ${fields.length} fields × ${HOSTILE.length} strings = ${fields.length * HOSTILE.length}, ` +
          `${accepted} of them taken, on ${pages.length} pages in 2 languages: nothing executed\n` +
          JSON.stringify({ taken, shown }),
      )
    })
  })
})
