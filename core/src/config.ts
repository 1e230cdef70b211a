import { MAX_PAYLOAD_BYTES } from './report.ts'

/** What both processes are told by their environment, checked once at boot. */
export interface Config {
  dataDir: string
  host: string
  /** The host is reachable from this machine only. */
  loopback: boolean
  httpPort: number
  mqttPort: number
  /** MQTT over WebSocket at /mqtt; 0 is off. */
  mqttWebSocketPort: number
  tls: { certPath: string; keyPath: string } | null
  allowPlaintext: boolean
  adminPassword: string | undefined
  demo: boolean
  influx: {
    url: string
    token: string | undefined
    organization: string | undefined
    database: string
  } | null
  databaseUrl: string | undefined
  tiles: { url: string; attribution: string } | null
  metricsToken: string | undefined
  brokerMetricsPort: number
  journalMaxBytes: number
  outboxMaxBytes: number
  /** Messages per second of one device; 0 is unlimited. */
  deviceRate: number
  maxConnections: number
  maxPacketBytes: number
  /** As DuckDB writes it: 256MB. */
  duckdbMemory: string
  logLevel: LogLevel
  /** Beside the origin the page itself came from; publicUrl is always one. */
  allowedOrigins: string[]
  /** Where people reach the web app, for links in mails and single sign-on: https://osprey.example.org */
  publicUrl: string | undefined
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  mail: { url: string; from: string } | null
  oidc: { issuer: string; clientId: string; clientSecret: string | undefined; label: string } | null
  /** Signed heads of the audit log are written to `directory` (inside the data directory unless given) and posted. */
  audit: { directory: string | undefined; webhook: string | undefined; webhookToken: string | undefined }
  /** Hosts, addresses and networks notifications may be sent to although they are no public ones. */
  webhookAllow: string[]
  securityContact: string | undefined
  /** X.509 client certificates of devices: the authorities that may issue them and what they revoked, PEM files. */
  deviceCertificates: { caPath: string; crlPath: string | undefined } | null
  sessionIdleMinutes: number
  sessionHours: number
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every variable read here. The command-line tools read OSPREY_TOKEN on their own. */
export const CONFIG_VARIABLES = [
  'OSPREY_DATA_DIR',
  'OSPREY_HOST',
  'OSPREY_HTTP_PORT',
  'OSPREY_MQTT_PORT',
  'OSPREY_MQTT_WS',
  'OSPREY_TLS_CERT',
  'OSPREY_TLS_KEY',
  'OSPREY_ALLOW_PLAINTEXT',
  'OSPREY_ADMIN_PASSWORD',
  'OSPREY_DEMO',
  'OSPREY_INFLUX_URL',
  'OSPREY_INFLUX_TOKEN',
  'OSPREY_INFLUX_ORG',
  'OSPREY_INFLUX_DATABASE',
  'DATABASE_URL',
  'OSPREY_TILE_URL',
  'OSPREY_TILE_ATTRIBUTION',
  'OSPREY_METRICS_TOKEN',
  'OSPREY_BROKER_METRICS_PORT',
  'OSPREY_JOURNAL_MAX_BYTES',
  'OSPREY_OUTBOX_MAX_BYTES',
  'OSPREY_DEVICE_RATE',
  'OSPREY_MAX_CONNECTIONS',
  'OSPREY_MAX_PACKET_BYTES',
  'OSPREY_DUCKDB_MEMORY',
  'OSPREY_LOG_LEVEL',
  'OSPREY_ALLOWED_ORIGINS',
  'OSPREY_PUBLIC_URL',
  'OSPREY_TRUSTED_PROXIES',
  'OSPREY_SMTP_URL',
  'OSPREY_MAIL_FROM',
  'OSPREY_OIDC_ISSUER',
  'OSPREY_OIDC_CLIENT_ID',
  'OSPREY_OIDC_CLIENT_SECRET',
  'OSPREY_OIDC_LABEL',
  'OSPREY_AUDIT_DIR',
  'OSPREY_AUDIT_WEBHOOK',
  'OSPREY_AUDIT_WEBHOOK_TOKEN',
  'OSPREY_WEBHOOK_ALLOW',
  'OSPREY_SECURITY_CONTACT',
  'OSPREY_MQTT_CLIENT_CA',
  'OSPREY_MQTT_CLIENT_CRL',
  'OSPREY_SESSION_IDLE_MINUTES',
  'OSPREY_SESSION_HOURS',
] as const

export type ConfigVariable = (typeof CONFIG_VARIABLES)[number]

/** `unknown`: OSPREY_ variables that mean nothing here, most likely misspelt; worth a warning. */
export type ConfigResult = { ok: true; config: Config; unknown: string[] } | { ok: false; problems: string[] }

const MEBIBYTE = 1024 ** 2
const GIBIBYTE = 1024 ** 3
/** What a problem must not repeat, because logs keep it. */
const SECRETS: ReadonlySet<string> = new Set([
  'OSPREY_ADMIN_PASSWORD',
  'OSPREY_INFLUX_TOKEN',
  'OSPREY_METRICS_TOKEN',
  'DATABASE_URL',
  'OSPREY_SMTP_URL',
  'OSPREY_OIDC_CLIENT_SECRET',
  'OSPREY_AUDIT_WEBHOOK',
  'OSPREY_AUDIT_WEBHOOK_TOKEN',
])

/**
 * Reads the environment. An empty variable counts as absent. All problems are reported at once, each as
 * `NAME: value, expected …`; the values of secrets are not repeated.
 */
export function parseConfig(env: Record<string, string | undefined>): ConfigResult {
  const read = new Reader(env)
  const host = read.matching('OSPREY_HOST', '127.0.0.1', /^[A-Za-z0-9.:%_-]+$/, 'a host name or address')
  const config: Config = {
    dataDir: read.text('OSPREY_DATA_DIR') ?? './data',
    host,
    loopback: isLoopback(host),
    httpPort: read.integer('OSPREY_HTTP_PORT', 8080, 0, 65535),
    mqttPort: read.integer('OSPREY_MQTT_PORT', 1883, 0, 65535),
    mqttWebSocketPort: read.integer('OSPREY_MQTT_WS', 8083, 0, 65535),
    tls: readTls(read),
    allowPlaintext: read.flag('OSPREY_ALLOW_PLAINTEXT'),
    adminPassword: read.secret('OSPREY_ADMIN_PASSWORD', 8),
    demo: read.flag('OSPREY_DEMO'),
    influx: readInflux(read),
    databaseUrl: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    tiles: readTiles(read),
    metricsToken: read.secret('OSPREY_METRICS_TOKEN', 16),
    brokerMetricsPort: read.integer('OSPREY_BROKER_METRICS_PORT', 9883, 0, 65535),
    journalMaxBytes: read.bytes('OSPREY_JOURNAL_MAX_BYTES', 4 * GIBIBYTE, MEBIBYTE),
    outboxMaxBytes: read.bytes('OSPREY_OUTBOX_MAX_BYTES', 4 * GIBIBYTE, MEBIBYTE),
    deviceRate: read.integer('OSPREY_DEVICE_RATE', 1000, 0, 1_000_000),
    maxConnections: read.integer('OSPREY_MAX_CONNECTIONS', 20_000, 1, 1_000_000),
    maxPacketBytes: read.bytes('OSPREY_MAX_PACKET_BYTES', 262_144, 1024, MAX_PAYLOAD_BYTES),
    duckdbMemory: read.matching(
      'OSPREY_DUCKDB_MEMORY',
      '256MB',
      /^\d+(\.\d+)? ?([KMGT]i?B)$/,
      'an amount such as 256MB',
    ),
    logLevel: read.oneOf('OSPREY_LOG_LEVEL', 'info', LOG_LEVELS),
    allowedOrigins: read.origins('OSPREY_ALLOWED_ORIGINS'),
    publicUrl: readPublicUrl(read),
    trustedProxies: read.networks('OSPREY_TRUSTED_PROXIES'),
    mail: readMail(read),
    oidc: readOidc(read),
    audit: {
      directory: read.text('OSPREY_AUDIT_DIR'),
      webhook: read.url('OSPREY_AUDIT_WEBHOOK', ['http:', 'https:']),
      webhookToken: read.secret('OSPREY_AUDIT_WEBHOOK_TOKEN', 16),
    },
    webhookAllow: read.hosts('OSPREY_WEBHOOK_ALLOW'),
    securityContact: read.url('OSPREY_SECURITY_CONTACT', ['mailto:', 'https:', 'tel:']),
    deviceCertificates: readDeviceCertificates(read),
    sessionIdleMinutes: read.integer('OSPREY_SESSION_IDLE_MINUTES', 720, 5, 10_080),
    sessionHours: read.integer('OSPREY_SESSION_HOURS', 168, 1, 720),
  }
  const { publicUrl, allowedOrigins } = config
  if (publicUrl !== undefined && !allowedOrigins.includes(publicUrl)) allowedOrigins.push(publicUrl)
  checkPlaintext(config, read)
  checkPorts(config, read)
  return read.problems.length > 0
    ? { ok: false, problems: read.problems }
    : { ok: true, config, unknown: unknownVariables(env) }
}

/** Does this host name or address stand for this machine alone? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function readTls(read: Reader): Config['tls'] {
  const certPath = read.text('OSPREY_TLS_CERT')
  const keyPath = read.text('OSPREY_TLS_KEY')
  if (certPath !== undefined && keyPath !== undefined) return { certPath, keyPath }
  if (certPath !== undefined) read.problem('OSPREY_TLS_KEY', 'the key file of OSPREY_TLS_CERT')
  if (keyPath !== undefined) read.problem('OSPREY_TLS_CERT', 'the certificate file of OSPREY_TLS_KEY')
  return null
}

function readInflux(read: Reader): Config['influx'] {
  const url = read.url('OSPREY_INFLUX_URL', ['http:', 'https:'])
  const token = read.text('OSPREY_INFLUX_TOKEN')
  const organization = read.text('OSPREY_INFLUX_ORG')
  const database = read.text('OSPREY_INFLUX_DATABASE')
  if (url !== undefined) return { url, token, organization, database: database ?? 'osprey' }
  if (!read.has('OSPREY_INFLUX_URL') && (token ?? organization ?? database) !== undefined) {
    read.problem(
      'OSPREY_INFLUX_URL',
      'the address of the InfluxDB the other OSPREY_INFLUX_ variables describe',
    )
  }
  return null
}

function readTiles(read: Reader): Config['tiles'] {
  const url = read.url('OSPREY_TILE_URL', ['http:', 'https:'])
  const attribution = read.text('OSPREY_TILE_ATTRIBUTION') ?? ''
  if (url === undefined) return null
  const complete = ['{z}', '{x}', '{y}'].every((part) => url.includes(part))
  if (!complete) read.problem('OSPREY_TILE_URL', 'a template with {z}, {x} and {y}')
  return complete ? { url, attribution } : null
}

function readPublicUrl(read: Reader): string | undefined {
  const url = read.url('OSPREY_PUBLIC_URL', ['http:', 'https:'])
  if (url === undefined) return undefined
  const { origin, pathname, search, hash } = new URL(url)
  if (pathname === '/' && search === '' && hash === '') return origin
  read.problem('OSPREY_PUBLIC_URL', 'an address without a path such as https://osprey.example.org')
  return undefined
}

function readMail(read: Reader): Config['mail'] {
  const url = read.url('OSPREY_SMTP_URL', ['smtp:', 'smtps:'])
  const from = read.text('OSPREY_MAIL_FROM')
  if (url === undefined) return null
  if (from === undefined || !/^[^\s@]+@[^\s@]+$|^[^<>\r\n]+ <[^\s@<>]+@[^\s@<>]+>$/.test(from)) {
    read.problem('OSPREY_MAIL_FROM', 'the sender of mails, such as Osprey <osprey@example.org>')
    return null
  }
  if (!read.has('OSPREY_PUBLIC_URL')) {
    read.problem('OSPREY_PUBLIC_URL', 'the address that links in mails begin with')
  }
  return { url, from }
}

function readOidc(read: Reader): Config['oidc'] {
  const issuer = read.url('OSPREY_OIDC_ISSUER', ['http:', 'https:'])
  const clientId = read.text('OSPREY_OIDC_CLIENT_ID')
  const clientSecret = read.secret('OSPREY_OIDC_CLIENT_SECRET', 8)
  const label = read.text('OSPREY_OIDC_LABEL') ?? 'Single sign-on'
  if (issuer === undefined) {
    if (clientId !== undefined && !read.has('OSPREY_OIDC_ISSUER'))
      read.problem('OSPREY_OIDC_ISSUER', 'the issuer of OSPREY_OIDC_CLIENT_ID')
    return null
  }
  if (clientId === undefined) {
    read.problem('OSPREY_OIDC_CLIENT_ID', 'the client id registered at OSPREY_OIDC_ISSUER')
    return null
  }
  const { protocol, hostname } = new URL(issuer)
  if (protocol === 'http:' && !isLoopback(hostname))
    read.problem('OSPREY_OIDC_ISSUER', 'https, except on loopback')
  return { issuer, clientId, clientSecret, label }
}

function readDeviceCertificates(read: Reader): Config['deviceCertificates'] {
  const caPath = read.text('OSPREY_MQTT_CLIENT_CA')
  const crlPath = read.text('OSPREY_MQTT_CLIENT_CRL')
  if (caPath === undefined) {
    if (crlPath !== undefined)
      read.problem('OSPREY_MQTT_CLIENT_CA', 'the authorities of OSPREY_MQTT_CLIENT_CRL')
    return null
  }
  if (!read.has('OSPREY_TLS_CERT'))
    read.problem('OSPREY_TLS_CERT', 'a certificate: device certificates need TLS')
  return { caPath, crlPath }
}

function checkPlaintext(config: Config, read: Reader): void {
  if (config.loopback || config.tls !== null || config.allowPlaintext) return
  read.problem(
    'OSPREY_HOST',
    'a loopback address, or OSPREY_TLS_CERT and OSPREY_TLS_KEY, or OSPREY_ALLOW_PLAINTEXT=1 to send passwords and readings unencrypted',
  )
}

function checkPorts(config: Config, read: Reader): void {
  const taken = new Map<number, string>()
  const ports: [ConfigVariable, number][] = [
    ['OSPREY_HTTP_PORT', config.httpPort],
    ['OSPREY_MQTT_PORT', config.mqttPort],
    ['OSPREY_MQTT_WS', config.mqttWebSocketPort],
    ['OSPREY_BROKER_METRICS_PORT', config.brokerMetricsPort],
  ]
  for (const [name, port] of ports) {
    if (port === 0) continue
    const other = taken.get(port)
    if (other !== undefined)
      read.problems.push(`${name}: ${port}, expected a port other than that of ${other}`)
    taken.set(port, name)
  }
}

function unknownVariables(env: Record<string, string | undefined>): string[] {
  const known: ReadonlySet<string> = new Set([...CONFIG_VARIABLES, 'OSPREY_TOKEN'])
  return Object.keys(env)
    .filter((name) => name.startsWith('OSPREY_') && !known.has(name))
    .sort()
}

/** Reads variables one by one and gathers what is wrong with them. */
class Reader {
  readonly problems: string[] = []
  readonly #env: Record<string, string | undefined>

  constructor(env: Record<string, string | undefined>) {
    this.#env = env
  }

  has(name: ConfigVariable): boolean {
    return this.text(name) !== undefined
  }

  text(name: ConfigVariable): string | undefined {
    const value = this.#env[name]?.trim()
    return value === undefined || value === '' ? undefined : value
  }

  problem(name: ConfigVariable, expected: string): void {
    const value = this.#env[name]?.trim()
    let shown = value === undefined || value === '' ? 'not set' : JSON.stringify(value)
    if (SECRETS.has(name) && shown !== 'not set') shown = '(a secret, not shown)'
    this.problems.push(`${name}: ${shown}, expected ${expected}`)
  }

  integer(name: ConfigVariable, fallback: number, least: number, most: number): number {
    const value = this.text(name)
    if (value === undefined) return fallback
    const number = /^\d{1,15}$/.test(value) ? Number(value) : -1
    if (number >= least && number <= most) return number
    this.problem(name, `a whole number from ${least} to ${most}`)
    return fallback
  }

  /** A number of bytes, plain or with a unit: 262144, 512KiB, 4GiB, 1GB. */
  bytes(name: ConfigVariable, fallback: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.text(name)
    if (value === undefined) return fallback
    const match = /^(\d{1,15}) ?(B|[KMGT]i?B)?$/.exec(value)
    const number = match === null ? -1 : Number(match[1]) * bytesOf(match[2] ?? 'B')
    if (number >= least && number <= most) return number
    const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`
    this.problem(name, `a number of bytes, ${range}, plain or such as 512MiB`)
    return fallback
  }

  flag(name: ConfigVariable): boolean {
    const value = this.text(name)
    if (value !== undefined && value !== '0' && value !== '1') this.problem(name, '0 or 1')
    return value === '1'
  }

  oneOf<T extends string>(name: ConfigVariable, fallback: T, choices: readonly T[]): T {
    const value = this.text(name)
    if (value === undefined) return fallback
    const found = choices.find((choice) => choice === value)
    if (found === undefined) this.problem(name, `one of ${choices.join(', ')}`)
    return found ?? fallback
  }

  matching(name: ConfigVariable, fallback: string, pattern: RegExp, expected: string): string {
    const value = this.text(name)
    if (value === undefined) return fallback
    if (pattern.test(value)) return value
    this.problem(name, expected)
    return fallback
  }

  secret(name: ConfigVariable, least: number): string | undefined {
    const value = this.#env[name]
    if (value === undefined || value === '') return undefined
    if ([...value].length < least) this.problem(name, `at least ${least} characters`)
    return value
  }

  url(name: ConfigVariable, protocols: readonly string[]): string | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
    this.problem(name, `a URL beginning with ${protocols.map(beginningOf).join(' or ')}`)
    return undefined
  }

  /** Addresses or networks in CIDR writing, separated by commas; `loopback` stands for this machine. */
  networks(name: ConfigVariable): string[] {
    const value = this.text(name)
    if (value === undefined) return []
    const networks = value.split(',').map((network) => network.trim())
    const sound = networks.every((network) => /^(loopback|[0-9a-fA-F.:]+(\/\d{1,3})?)$/.test(network))
    if (!sound)
      this.problem(name, 'addresses or networks such as 10.0.0.7 or 10.0.0.0/8, separated by commas')
    return sound ? networks : []
  }

  /** Host names, addresses or networks in CIDR writing, separated by commas. */
  hosts(name: ConfigVariable): string[] {
    const value = this.text(name)
    if (value === undefined) return []
    const hosts = value.split(',').map((host) => host.trim().toLowerCase())
    const sound = hosts.every((host) => isNetwork(host) || isHostName(host))
    if (!sound)
      this.problem(
        name,
        'host names, addresses or networks such as hooks.example.org or 10.0.0.0/8, separated by commas',
      )
    return sound ? hosts : []
  }

  origins(name: ConfigVariable): string[] {
    const value = this.text(name)
    if (value === undefined) return []
    const origins = value.split(',').map((origin) => origin.trim().replace(/\/$/, ''))
    const sound = origins.every(isOrigin)
    if (!sound) this.problem(name, 'origins such as https://osprey.example.org, separated by commas')
    return sound ? origins : []
  }
}

/** An address, or a network in CIDR writing, IPv4 as four decimal numbers. */
function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  if (more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false
  const length = bits === undefined ? 0 : Number(bits)
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    return length <= 32 && address.split('.').every((part) => Number(part) <= 255)
  }
  return address.includes(':') && length <= 128 && URL.canParse(`http://[${address}]`)
}

/** The last label begins with a letter: else it is an address in a writing that hides which. */
function isHostName(text: string): boolean {
  const label = '[a-z0-9]([a-z0-9_-]*[a-z0-9])?'
  return text.length <= 253 && new RegExp(`^(${label}\\.)*[a-z]([a-z0-9-]*[a-z0-9])?$`).test(text)
}

/** Addresses of mail and telephones have no host. */
function beginningOf(protocol: string): string {
  return protocol === 'mailto:' || protocol === 'tel:' ? protocol : `${protocol}//`
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function bytesOf(unit: string): number {
  const power = ['B', 'K', 'M', 'G', 'T'].indexOf(unit.charAt(0))
  return (unit.includes('i') ? 1024 : 1000) ** power
}
