import { expect, test } from '@jest/globals'
import { contentOf, mailOf } from './content.ts'
import { keyOf, waiting } from './deliveries.ts'
import { TooLargeError } from './egress.ts'
import type { Message, ToldAlert } from './message.ts'
import { timeText } from './message.ts'
import { judgeAnswer, sendByPost, signature, signedDingTalkUrl } from './receivers.ts'
import { beginning } from './shorten.ts'
import { fill, MARKDOWN, PLAIN, SLACK } from './templates.ts'

const AT = Date.UTC(2026, 10, 24, 8, 15)
const HOSTILE =
  '[x](http://evil.example) <!channel> <@u1> **b** `c` _i_ <b>h</b> & {{link}}\n# head\r> quote | ![i](u)'

function told(change: Partial<ToldAlert> = {}): ToldAlert {
  return {
    id: 'a1',
    as: 'firing',
    rule: 'pm',
    ruleName: 'PM2.5 above the limit',
    severity: 'severe',
    trigger: 'condition',
    station: 's1',
    placeName: 'Gate',
    site: 'mill',
    siteName: 'Paper mill',
    property: 'pm25',
    propertyName: { en: 'PM2.5', zh: '细颗粒物' },
    value: 85.123456789,
    category: null,
    unit: 'ug/m3',
    symbol: 'µg/m³',
    peak: 99,
    flapping: false,
    startedAt: AT - 600_000,
    firedAt: AT,
    resolvedAt: null,
    timeZone: 'Asia/Shanghai',
    instruction: 'Call the mill.',
    link: 'https://osprey.example.org/#/alerts?alert=a1',
    ...change,
  }
}
const message = (...alerts: ToldAlert[]): Message => ({ route: { id: 'r', name: 'Everything' }, alerts })
const textOf = (
  kind: 'dingtalk' | 'wecom' | 'slack',
  given: Message,
  template: string | null = null,
  language: 'en' | 'zh' = 'en',
) => {
  const { body } = contentOf({ kind, language, template }, given, 'key', AT) as {
    body: Record<string, unknown>
  }
  if (kind === 'slack') return body['text'] as string
  return (body['markdown'] as { text?: string; content?: string })[
    kind === 'dingtalk' ? 'text' : 'content'
  ] as string
}

test('a mail says what, where, since when, and how bad, in both languages', () => {
  const { subject, text } = mailOf(message(told()))
  expect(subject).toBe('[Severe] PM2.5 above the limit · Gate')
  expect(text).toContain(
    '- New · Severe · PM2.5 above the limit · Gate (Paper mill) · PM2.5 85.1235 µg/m³ · since 2026-11-24 16:15 UTC+08:00',
  )
  expect(text).toContain(
    '- 新告警 · 严重 · PM2.5 above the limit · Gate（Paper mill） · 细颗粒物 85.1235 µg/m³ · 自 2026-11-24 16:15 UTC+08:00',
  )
  expect(text).toContain('Call the mill.')
  expect(text.split('https://osprey.example.org/#/alerts?alert=a1')).toHaveLength(3)
})

test('what is over, what was silent, and several at once', () => {
  const over = told({ as: 'resolved', resolvedAt: AT + 3_600_000 })
  expect(mailOf(message(over), ['en'])).toMatchObject({
    subject: '[Resolved] PM2.5 above the limit · Gate',
    text: expect.stringContaining(
      '85.1235 µg/m³, peak 99 · 2026-11-24 16:15 UTC+08:00 to 2026-11-24 17:15 UTC+08:00',
    ),
  })
  expect(mailOf(message(told({ trigger: 'no_data', value: null })), ['en']).text).toContain(
    'no data since 2026-11-24 16:05 UTC+08:00',
  )
  const many = message(over, told({ id: 'a2', severity: 'extreme', placeName: 'Weir' }))
  expect(mailOf(many, ['en']).subject).toBe('[Extreme] 2 alerts · PM2.5 above the limit · Paper mill')
  expect(mailOf(many, ['zh']).subject).toBe('[特别严重] 2 条告警 · PM2.5 above the limit · Paper mill')
})

test('a subject is one line', () => {
  expect(mailOf(message(told({ ruleName: 'x\r\nBcc: victim@example.org' }))).subject).not.toMatch(/[\r\n]/)
})

test('nothing that people typed means anything to Markdown', () => {
  const hostile = message(
    told({ ruleName: HOSTILE, placeName: HOSTILE, siteName: HOSTILE, instruction: HOSTILE }),
  )
  for (const kind of ['dingtalk', 'wecom'] as const) {
    const text = textOf(kind, hostile)
    const own = text.replace('### ', '').replace(/\[Show\]\(https:[^)]*\)/, '')
    expect(own).not.toMatch(/[[\]<>*`_#|!]|\]\(|&/)
    expect(text.split('\n').filter((line) => /^\s*(#|>)/.test(line))).toEqual([
      expect.stringMatching(/^### /),
    ])
    expect(text).toContain('[Show](https://osprey.example.org/#/alerts?alert=a1)')
  }
})

test('nothing that people typed mentions or links in Slack', () => {
  const text = textOf('slack', message(told({ ruleName: HOSTILE, placeName: HOSTILE })))
  expect(text.match(/<[^>]*>/g)).toEqual(['<https://osprey.example.org/#/alerts?alert=a1|Show>'])
  expect(text).toContain('&lt;!channel&gt;')
  expect(text).toContain('&amp;')
})

test('templates are filled once: a name that looks like a placeholder stays one', () => {
  const given = message(told({ ruleName: '{{title}} $& $1' }))
  const filled = (template: string) => fill(template, given, { format: PLAIN, language: 'en', lines: 5 })
  expect(
    filled('{{rule}}|{{ station }}|{{count}}/{{firing}}/{{resolved}}|{{severity}}|{{site}}|{{route}}'),
  ).toBe('{{title}} $& $1|Gate|1/1/0|Severe|Paper mill|Everything')
  expect(filled('{{unknown}}')).toBe('{{unknown}}')
  expect(MARKDOWN.escape('a_b')).toBe('a＿b')
  expect(SLACK.escape('a<b')).toBe('a&lt;b')
})

test('a text fits its receiver, however many alerts there are', () => {
  const many = message(
    ...Array.from({ length: 2000 }, (_, index) =>
      told({ id: `a${index}`, placeName: `站点 ${index}`.repeat(6) }),
    ),
  )
  expect(Buffer.byteLength(textOf('wecom', many, null, 'zh'))).toBeLessThanOrEqual(4096)
  expect(Buffer.byteLength(textOf('dingtalk', many, null, 'zh'))).toBeLessThanOrEqual(20_000)
  expect(textOf('wecom', many, null, 'zh')).toMatch(/另有 \d+ 条/)
  const long = textOf('wecom', many, `${'字'.repeat(3900)}{{alerts}}`)
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(4096)
  expect(long.isWellFormed()).toBe(true)
  const { body } = contentOf({ kind: 'webhook', language: 'en', template: null }, many, 'key', AT) as {
    body: { alerts: unknown[]; omitted: number }
  }
  expect([body.alerts.length, body.omitted]).toEqual([500, 1500])
})

test('whatever lengths names have, no text ends in half a character', () => {
  const telling = { key: keyOf('k'), channel: 'c', route: null, recipient: null, alerts: [] }
  for (let length = 150; length < 205; length++) {
    const ruleName = `${'x'.repeat(length)}${'𠮷'.repeat(80)}`
    const given = message(told({ ruleName, instruction: ruleName.repeat(40) }))
    for (const kind of ['email', 'dingtalk', 'wecom', 'slack', 'webhook'] as const) {
      const content = contentOf({ kind, language: 'zh', template: null }, given, 'key', AT)
      expect([kind, length, JSON.stringify(content)]).toEqual([
        kind,
        length,
        expect.not.stringMatching(/\\ud[89a-f]/i),
      ])
    }
  }
  expect([beginning('a𠮷', 2), beginning('a𠮷', 3), beginning('𠮷', 1)]).toEqual(['a', 'a𠮷', ''])
  const broken = waiting(
    { ...telling, subject: 'x\ud800\0' },
    { kind: 'mail', subject: '\ud800', text: '\0' },
    new Date(AT),
  )
  expect([broken.subject, broken.content]).toEqual([
    'x\ufffd\ufffd',
    { kind: 'mail', subject: '\ufffd', text: '\ufffd' },
  ])
})

test('a webhook fits whatever happens: instructions once, then the least severe are left out', () => {
  const storm = (instruction: string) =>
    message(
      ...Array.from({ length: 500 }, (_, index) =>
        told({ id: `a${index}`, instruction, severity: index === 7 ? 'extreme' : 'minor' }),
      ),
    )
  const bodyOf = (given: Message) =>
    (
      contentOf({ kind: 'webhook', language: 'en', template: null }, given, 'key', AT) as {
        body: { alerts: { id: string; instruction: string | null }[]; omitted: number }
      }
    ).body
  const one = bodyOf(storm('站'.repeat(2000)))
  expect(Buffer.byteLength(JSON.stringify(one))).toBeLessThan(512 * 1024)
  expect([one.alerts.length, one.omitted]).toEqual([500, 0])
  expect(one.alerts.map(({ instruction }) => instruction?.length ?? 0)).toEqual([2000, ...Array(499).fill(0)])
  const many = bodyOf(
    message(
      ...storm('').alerts.map((alert, index) => ({ ...alert, instruction: `${index} ${'站'.repeat(1990)}` })),
    ),
  )
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(512 * 1024)
  expect(many.alerts.length).toBeGreaterThan(50)
  expect(many.alerts.length + many.omitted).toBe(500)
  expect(many.alerts[0]?.id).toBe('a7')
})

test('a long instruction takes neither the alerts nor the link away', () => {
  const long = '先关闭阀门，再打电话。'.repeat(180)
  for (const kind of ['wecom', 'dingtalk', 'slack'] as const) {
    const text = textOf(kind, message(told({ instruction: long })), null, 'zh')
    expect(text).toContain('Gate')
    expect(text).toContain('https://osprey.example.org/#/alerts?alert=a1')
    expect(text).toContain('先关闭阀门')
  }
  const template = '{{instruction}}\n{{alerts}}\n{{link}}'
  const text = textOf('wecom', message(told({ instruction: long })), template, 'zh')
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096)
  expect(text).toMatch(/^先关闭阀门.*…\n- .*Gate.*\n\[.*\]\(https:/)
})

test('what is too large to be sent is refused, not tried for a day', async () => {
  const post = () => Promise.reject(new TooLargeError('more than 512 bytes to send'))
  const secrets = { url: 'https://hooks.example.org/', secret: null }
  expect(await sendByPost({ post }, { kind: 'webhook', secrets }, {}, 'key', AT)).toMatchObject({
    verdict: 'refused',
    detail: 'more than 512 bytes to send',
  })
})

test('a webhook gets everything as data', () => {
  expect(
    contentOf({ kind: 'webhook', language: 'en', template: null }, message(told()), 'the-key', AT),
  ).toEqual({
    kind: 'post',
    body: {
      version: 1,
      id: 'the-key',
      time: '2026-11-24T08:15:00.000Z',
      route: { id: 'r', name: 'Everything' },
      omitted: 0,
      alerts: [
        expect.objectContaining({
          id: 'a1',
          event: 'firing',
          state: 'firing',
          severity: 'severe',
          rule: { id: 'pm', name: 'PM2.5 above the limit' },
          station: { id: 's1', name: 'Gate' },
          site: { id: 'mill', name: 'Paper mill' },
          value: 85.123456789,
          firedAt: '2026-11-24T08:15:00.000Z',
          resolvedAt: null,
        }),
      ],
    },
  })
})

test('times carry their zone, through daylight saving', () => {
  expect(timeText(Date.UTC(2026, 6, 1), 'Europe/Berlin')).toBe('2026-07-01 02:00 UTC+02:00')
  expect(timeText(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBe('2026-01-01 01:00 UTC+01:00')
  expect(timeText(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01 00:00 UTC')
})

test('signatures are those a receiver computes', () => {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
  expect(signature('0123456789abcdef', '{"a":1}', 1_700_000_000_999)).toBe(
    't=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23',
  )
  // printf '1700000000000\nSECsecret' | openssl dgst -sha256 -hmac SECsecret -binary | base64
  const url = 'https://oapi.dingtalk.com/robot/send?access_token=abc'
  expect(signedDingTalkUrl({ url, secret: 'SECsecret' }, 1_700_000_000_000)).toBe(
    `${url}&timestamp=1700000000000&sign=${encodeURIComponent('0QWYb8Ux63Sm4BhHaJNL3lv5mqW1sLFoks7vu+HFFi4=')}`,
  )
  expect(signedDingTalkUrl({ url, secret: null }, 1)).toBe(url)
})

const SECRETS = {
  url: 'https://user:pass-word@hooks.example.org/services/T0001/abcdef123456?key=0f0f0f0f0f',
  secret: 'the-shared-secret',
}

test.each([
  ['webhook', 200, '', true, 'it answered 200'],
  ['webhook', 204, '', true, 'it answered 204'],
  ['slack', 200, 'ok', true, 'it answered 200: ok'],
  ['dingtalk', 200, '{"errcode":0,"errmsg":"ok"}', true, 'it answered 200: {"errcode":0,"errmsg":"ok"}'],
  ['dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}', 'away', 'sign not match'],
  ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', 'away', '93000'],
  ['wecom', 200, '<html>', 'away', 'expected an errcode'],
  ['dingtalk', 200, '{"errcode":410100,"errmsg":"too fast"}', 'away', '410100'],
  ['dingtalk', 200, '{"errcode":310000,"errmsg":"keywords not in content"}', 'later', 'keywords'],
  ['dingtalk', 200, '{"errcode":430104,"errmsg":"inappropriate content"}', 'refused', '430104'],
  ['dingtalk', 200, '{"errcode":987654,"errmsg":"new"}', 'later', '987654'],
  ['wecom', 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', 'away', '45009'],
  ['wecom', 200, '{"errcode":40058,"errmsg":"markdown.content exceed max length 4096"}', 'refused', '40058'],
  ['slack', 400, 'invalid_payload', 'refused', 'invalid_payload'],
  ['webhook', 302, '', 'away', 'redirects are not followed'],
  ['webhook', 404, 'no_service', 'away', 'no_service'],
  ['webhook', 413, '', 'refused', '413'],
  ['webhook', 429, '', 'away', '429'],
  ['webhook', 503, '', 'away', '503'],
] as const)('%s answered %d %s', (kind, status, text, expected, detail) => {
  const outcome = judgeAnswer(kind, { status, text, retryAfterMs: null }, SECRETS)
  expect(outcome.delivered ? true : outcome.verdict).toBe(expected)
  expect(outcome.detail).toContain(detail)
})

test('what a receiver says is shown without what would let its reader post there', () => {
  const text = `no hook at ${SECRETS.url} nor /services/T0001/abcdef123456, key 0f0f0f0f0f, secret the-shared-secret ${'x'.repeat(999)}`
  const { detail } = judgeAnswer('webhook', { status: 404, text, retryAfterMs: null }, SECRETS)
  for (const hidden of ['abcdef123456', '0f0f0f0f0f', 'the-shared-secret', 'pass-word'])
    expect(detail).not.toContain(hidden)
  expect(detail.length).toBeLessThan(400)
})
