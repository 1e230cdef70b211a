import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CONFIG_VARIABLES, type Config, isLoopback, parseConfig } from './config.ts'

function config(env: Record<string, string>): Config {
  const result = parseConfig(env)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.config
}

test('nothing set is a working single machine', () => {
  expect(config({})).toEqual({
    dataDir: './data',
    host: '127.0.0.1',
    loopback: true,
    httpPort: 8080,
    mqttPort: 1883,
    mqttWebSocketPort: 8083,
    tls: null,
    allowPlaintext: false,
    adminPassword: undefined,
    demo: false,
    influx: null,
    databaseUrl: undefined,
    tiles: null,
    metricsToken: undefined,
    brokerMetricsPort: 9883,
    journalMaxBytes: 4 * 1024 ** 3,
    outboxMaxBytes: 4 * 1024 ** 3,
    deviceRate: 1000,
    maxConnections: 20_000,
    maxPacketBytes: 262_144,
    duckdbMemory: '256MB',
    logLevel: 'info',
    allowedOrigins: [],
    publicUrl: undefined,
    trustedProxies: [],
    webhookAllow: [],
    mail: null,
    oidc: null,
    audit: { directory: undefined, webhook: undefined, webhookToken: undefined },
    securityContact: undefined,
    deviceCertificates: null,
    sessionIdleMinutes: 720,
    sessionHours: 168,
  })
})

test('everything set', () => {
  const everything = {
    OSPREY_DATA_DIR: '/var/lib/osprey',
    OSPREY_HOST: '0.0.0.0',
    OSPREY_HTTP_PORT: '443',
    OSPREY_MQTT_PORT: '8883',
    OSPREY_MQTT_WS: '0',
    OSPREY_TLS_CERT: '/etc/osprey/cert.pem',
    OSPREY_TLS_KEY: '/etc/osprey/key.pem',
    OSPREY_ALLOW_PLAINTEXT: '0',
    OSPREY_ADMIN_PASSWORD: 'correct horse',
    OSPREY_DEMO: '1',
    OSPREY_INFLUX_URL: 'http://influx:8086',
    OSPREY_INFLUX_TOKEN: 'influx-token',
    OSPREY_INFLUX_ORG: 'bureau',
    OSPREY_INFLUX_DATABASE: 'environment',
    DATABASE_URL: 'postgres://osprey:secret@db:5432/osprey',
    OSPREY_TILE_URL: 'https://tiles.example.org/{z}/{x}/{y}.png',
    OSPREY_TILE_ATTRIBUTION: '© Example',
    OSPREY_METRICS_TOKEN: '0123456789abcdef',
    OSPREY_BROKER_METRICS_PORT: '9999',
    OSPREY_JOURNAL_MAX_BYTES: '8GiB',
    OSPREY_OUTBOX_MAX_BYTES: '2000000000',
    OSPREY_DEVICE_RATE: '0',
    OSPREY_MAX_CONNECTIONS: '5000',
    OSPREY_MAX_PACKET_BYTES: '1MiB',
    OSPREY_DUCKDB_MEMORY: '1GB',
    OSPREY_LOG_LEVEL: 'debug',
    OSPREY_ALLOWED_ORIGINS: 'https://a.example.org, https://b.example.org:8443/',
    OSPREY_PUBLIC_URL: 'https://osprey.example.org/',
    OSPREY_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,fd00::/8',
    OSPREY_SMTP_URL: 'smtps://osprey:mail-secret@mail.example.org:465',
    OSPREY_MAIL_FROM: 'Osprey <osprey@example.org>',
    OSPREY_OIDC_ISSUER: 'https://login.example.org/realms/bureau',
    OSPREY_OIDC_CLIENT_ID: 'osprey',
    OSPREY_OIDC_CLIENT_SECRET: 'oidc-secret',
    OSPREY_OIDC_LABEL: 'Bureau account',
    OSPREY_AUDIT_DIR: '/mnt/audit',
    OSPREY_AUDIT_WEBHOOK: 'https://notary.example.org/heads',
    OSPREY_AUDIT_WEBHOOK_TOKEN: 'fedcba9876543210',
    OSPREY_WEBHOOK_ALLOW: 'Hooks.example.org, 10.1.0.0/16,fd00::7,localhost',
    OSPREY_SECURITY_CONTACT: 'mailto:security@example.org',
    OSPREY_MQTT_CLIENT_CA: '/etc/osprey/devices-ca.pem',
    OSPREY_MQTT_CLIENT_CRL: '/etc/osprey/devices-crl.pem',
    OSPREY_SESSION_IDLE_MINUTES: '30',
    OSPREY_SESSION_HOURS: '10',
  }
  expect(Object.keys(everything)).toEqual(CONFIG_VARIABLES)
  expect(parseConfig(everything)).toEqual({
    ok: true,
    unknown: [],
    config: {
      dataDir: '/var/lib/osprey',
      host: '0.0.0.0',
      loopback: false,
      httpPort: 443,
      mqttPort: 8883,
      mqttWebSocketPort: 0,
      tls: { certPath: '/etc/osprey/cert.pem', keyPath: '/etc/osprey/key.pem' },
      allowPlaintext: false,
      adminPassword: 'correct horse',
      demo: true,
      influx: {
        url: 'http://influx:8086',
        token: 'influx-token',
        organization: 'bureau',
        database: 'environment',
      },
      databaseUrl: 'postgres://osprey:secret@db:5432/osprey',
      tiles: { url: 'https://tiles.example.org/{z}/{x}/{y}.png', attribution: '© Example' },
      metricsToken: '0123456789abcdef',
      brokerMetricsPort: 9999,
      journalMaxBytes: 8 * 1024 ** 3,
      outboxMaxBytes: 2_000_000_000,
      deviceRate: 0,
      maxConnections: 5000,
      maxPacketBytes: 1024 ** 2,
      duckdbMemory: '1GB',
      logLevel: 'debug',
      allowedOrigins: ['https://a.example.org', 'https://b.example.org:8443', 'https://osprey.example.org'],
      publicUrl: 'https://osprey.example.org',
      trustedProxies: ['loopback', '10.0.0.0/8', 'fd00::/8'],
      webhookAllow: ['hooks.example.org', '10.1.0.0/16', 'fd00::7', 'localhost'],
      mail: {
        url: 'smtps://osprey:mail-secret@mail.example.org:465',
        from: 'Osprey <osprey@example.org>',
      },
      oidc: {
        issuer: 'https://login.example.org/realms/bureau',
        clientId: 'osprey',
        clientSecret: 'oidc-secret',
        label: 'Bureau account',
      },
      audit: {
        directory: '/mnt/audit',
        webhook: 'https://notary.example.org/heads',
        webhookToken: 'fedcba9876543210',
      },
      securityContact: 'mailto:security@example.org',
      deviceCertificates: { caPath: '/etc/osprey/devices-ca.pem', crlPath: '/etc/osprey/devices-crl.pem' },
      sessionIdleMinutes: 30,
      sessionHours: 10,
    },
  })
})

test('an empty variable counts as absent', () => {
  expect(config(Object.fromEntries(CONFIG_VARIABLES.map((name) => [name, ''])))).toEqual(config({}))
})

/** One variable each, and what the problem must say. */
const BAD: [Record<string, string>, string][] = [
  [{ OSPREY_HTTP_PORT: 'http' }, 'OSPREY_HTTP_PORT: "http", expected a whole number from 0 to 65535'],
  [{ OSPREY_HTTP_PORT: '65536' }, 'OSPREY_HTTP_PORT: "65536"'],
  [{ OSPREY_HTTP_PORT: '-1' }, 'OSPREY_HTTP_PORT: "-1"'],
  [{ OSPREY_HTTP_PORT: '80.5' }, 'OSPREY_HTTP_PORT: "80.5"'],
  [{ OSPREY_HTTP_PORT: '0x50' }, 'OSPREY_HTTP_PORT: "0x50"'],
  [
    { OSPREY_MQTT_PORT: '8080' },
    'OSPREY_MQTT_PORT: 8080, expected a port other than that of OSPREY_HTTP_PORT',
  ],
  [{ OSPREY_MQTT_WS: 'off' }, 'OSPREY_MQTT_WS: "off"'],
  [{ OSPREY_HOST: 'a b' }, 'OSPREY_HOST: "a b", expected a host name or address'],
  [{ OSPREY_HOST: '0.0.0.0' }, 'OSPREY_ALLOW_PLAINTEXT=1'],
  [{ OSPREY_HOST: '::' }, 'OSPREY_HOST: "::", expected a loopback address'],
  [{ OSPREY_TLS_CERT: 'c.pem' }, 'OSPREY_TLS_KEY: not set'],
  [{ OSPREY_TLS_KEY: 'k.pem' }, 'OSPREY_TLS_CERT: not set'],
  [{ OSPREY_DEMO: 'yes' }, 'OSPREY_DEMO: "yes", expected 0 or 1'],
  [
    { OSPREY_INFLUX_URL: 'influx:8086' },
    'OSPREY_INFLUX_URL: "influx:8086", expected a URL beginning with http://',
  ],
  [{ OSPREY_INFLUX_TOKEN: 'x' }, 'OSPREY_INFLUX_URL: not set'],
  [
    { OSPREY_TILE_URL: 'https://tiles.example.org/' },
    'OSPREY_TILE_URL: "https://tiles.example.org/", expected a template',
  ],
  [{ OSPREY_TILE_URL: 'javascript:{z}{x}{y}' }, 'OSPREY_TILE_URL: "javascript:{z}{x}{y}"'],
  [{ OSPREY_JOURNAL_MAX_BYTES: '4 gigs' }, 'OSPREY_JOURNAL_MAX_BYTES: "4 gigs", expected a number of bytes'],
  [{ OSPREY_JOURNAL_MAX_BYTES: '1' }, 'OSPREY_JOURNAL_MAX_BYTES: "1"'],
  [
    { OSPREY_MAX_PACKET_BYTES: '256MB' },
    'OSPREY_MAX_PACKET_BYTES: "256MB", expected a number of bytes, from 1024',
  ],
  [{ OSPREY_DEVICE_RATE: '1e3' }, 'OSPREY_DEVICE_RATE: "1e3"'],
  [{ OSPREY_MAX_CONNECTIONS: '0' }, 'OSPREY_MAX_CONNECTIONS: "0"'],
  [{ OSPREY_DUCKDB_MEMORY: "1GB'; DROP" }, 'OSPREY_DUCKDB_MEMORY: "1GB\'; DROP", expected an amount'],
  [{ OSPREY_LOG_LEVEL: 'verbose' }, 'OSPREY_LOG_LEVEL: "verbose", expected one of fatal, error'],
  [{ OSPREY_ALLOWED_ORIGINS: '*' }, 'OSPREY_ALLOWED_ORIGINS: "*", expected origins'],
  [{ OSPREY_ALLOWED_ORIGINS: 'https://a.org/path' }, 'OSPREY_ALLOWED_ORIGINS'],
  [{ OSPREY_ALLOWED_ORIGINS: 'http://' }, 'OSPREY_ALLOWED_ORIGINS'],
  [{ OSPREY_PUBLIC_URL: 'osprey.example.org' }, 'OSPREY_PUBLIC_URL: "osprey.example.org", expected a URL'],
  [
    { OSPREY_PUBLIC_URL: 'https://a.org/osprey' },
    'OSPREY_PUBLIC_URL: "https://a.org/osprey", expected an address',
  ],
  [{ OSPREY_PUBLIC_URL: 'https://a.org/?x' }, 'OSPREY_PUBLIC_URL: "https://a.org/?x"'],
  [{ OSPREY_TRUSTED_PROXIES: 'proxy.example.org' }, 'OSPREY_TRUSTED_PROXIES: "proxy.example.org", expected'],
  [{ OSPREY_TRUSTED_PROXIES: '10.0.0.1,,10.0.0.2' }, 'OSPREY_TRUSTED_PROXIES'],
  [
    { OSPREY_WEBHOOK_ALLOW: 'https://hooks.example.org' },
    'OSPREY_WEBHOOK_ALLOW: "https://hooks.example.org", expected',
  ],
  [{ OSPREY_WEBHOOK_ALLOW: '127.1' }, 'OSPREY_WEBHOOK_ALLOW'],
  [{ OSPREY_WEBHOOK_ALLOW: '10.0.0.0/33' }, 'OSPREY_WEBHOOK_ALLOW'],
  [{ OSPREY_WEBHOOK_ALLOW: '300.0.0.1' }, 'OSPREY_WEBHOOK_ALLOW'],
  [{ OSPREY_SMTP_URL: 'smtp://mail', OSPREY_PUBLIC_URL: 'https://a.org' }, 'OSPREY_MAIL_FROM: not set'],
  [
    { OSPREY_SMTP_URL: 'smtp://mail', OSPREY_PUBLIC_URL: 'https://a.org', OSPREY_MAIL_FROM: 'Osprey' },
    'OSPREY_MAIL_FROM: "Osprey", expected the sender of mails',
  ],
  [
    {
      OSPREY_SMTP_URL: 'smtp://mail',
      OSPREY_PUBLIC_URL: 'https://a.org',
      OSPREY_MAIL_FROM: 'Osprey\r\nBcc: x <a@b.org>',
    },
    'OSPREY_MAIL_FROM',
  ],
  [{ OSPREY_SMTP_URL: 'smtp://mail', OSPREY_MAIL_FROM: 'a@b.org' }, 'OSPREY_PUBLIC_URL: not set'],
  [{ OSPREY_OIDC_CLIENT_ID: 'osprey' }, 'OSPREY_OIDC_ISSUER: not set'],
  [{ OSPREY_OIDC_ISSUER: 'https://login.example.org' }, 'OSPREY_OIDC_CLIENT_ID: not set'],
  [
    { OSPREY_OIDC_ISSUER: 'http://login.example.org', OSPREY_OIDC_CLIENT_ID: 'osprey' },
    'OSPREY_OIDC_ISSUER: "http://login.example.org", expected https, except on loopback',
  ],
  [
    { OSPREY_SECURITY_CONTACT: 'security@example.org' },
    'expected a URL beginning with mailto: or https:// or tel:',
  ],
  [{ OSPREY_MQTT_CLIENT_CA: 'ca.pem' }, 'OSPREY_TLS_CERT: not set, expected a certificate'],
  [{ OSPREY_MQTT_CLIENT_CRL: 'crl.pem' }, 'OSPREY_MQTT_CLIENT_CA: not set'],
  [{ OSPREY_SESSION_IDLE_MINUTES: '4' }, 'OSPREY_SESSION_IDLE_MINUTES: "4", expected a whole number from 5'],
  [{ OSPREY_SESSION_HOURS: '721' }, 'OSPREY_SESSION_HOURS: "721", expected a whole number from 1 to 720'],
]

test.each(BAD)('%j is refused', (env, problem) => {
  const result = parseConfig(env)
  expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem)])
})

test('all problems are told at once', () => {
  const result = parseConfig({ OSPREY_HTTP_PORT: 'x', OSPREY_DEMO: '2', OSPREY_LOG_LEVEL: 'loud' })
  expect(result.ok ? [] : result.problems.map((problem) => problem.split(':')[0])).toEqual([
    'OSPREY_HTTP_PORT',
    'OSPREY_DEMO',
    'OSPREY_LOG_LEVEL',
  ])
})

test.each([
  ['OSPREY_ADMIN_PASSWORD', 'hunter2', 'at least 8 characters'],
  ['OSPREY_METRICS_TOKEN', 'hunter2', 'at least 16 characters'],
  ['DATABASE_URL', 'mysql://root:hunter2@db', 'postgres://'],
  ['OSPREY_SMTP_URL', 'http://osprey:hunter2@mail', 'smtp:// or smtps://'],
  ['OSPREY_OIDC_CLIENT_SECRET', 'hunter2', 'at least 8 characters'],
  ['OSPREY_AUDIT_WEBHOOK', 'ftp://hunter2@notary', 'http:// or https://'],
  ['OSPREY_AUDIT_WEBHOOK_TOKEN', 'hunter2', 'at least 16 characters'],
])('the secret %s is not repeated', (name, value, expected) => {
  const result = parseConfig({ [name]: value })
  const text = result.ok ? '' : result.problems.join('\n')
  expect(text).toContain(`${name}: (a secret, not shown), expected`)
  expect(text).toContain(expected)
  expect(text).not.toContain('hunter2')
})

test('plaintext beyond this machine needs TLS or a word', () => {
  const tls = { OSPREY_TLS_CERT: 'c.pem', OSPREY_TLS_KEY: 'k.pem' }
  expect(config({ OSPREY_HOST: '0.0.0.0', OSPREY_ALLOW_PLAINTEXT: '1' }).allowPlaintext).toBe(true)
  expect(config({ OSPREY_HOST: '0.0.0.0', ...tls }).loopback).toBe(false)
})

test('ports of 0 do not collide', () => {
  const ports = {
    OSPREY_HTTP_PORT: '0',
    OSPREY_MQTT_PORT: '0',
    OSPREY_MQTT_WS: '0',
    OSPREY_BROKER_METRICS_PORT: '0',
  }
  expect(config(ports).httpPort).toBe(0)
})

test('misspelt variables are told, those of the tools are not', () => {
  const result = parseConfig({ OSPREY_HTTP_PROT: '80', OSPREY_TOKEN: 'x', PATH: '/bin' })
  expect(result).toMatchObject({ ok: true, unknown: ['OSPREY_HTTP_PROT'] })
})

describe('loopback', () => {
  test.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.1', false],
    ['127.0.0.1.example.org', false],
    ['localhost.example.org', false],
  ])('%s: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback)
  })
})

test('never throws, and names every variable it complains of', () => {
  const env = fc.dictionary(fc.constantFrom(...CONFIG_VARIABLES), fc.string())
  fc.assert(
    fc.property(env, (variables) => {
      const result = parseConfig(variables)
      for (const problem of result.ok ? [] : result.problems) {
        expect(CONFIG_VARIABLES.some((name) => problem.startsWith(`${name}: `))).toBe(true)
      }
    }),
    { numRuns: 1000 },
  )
})
