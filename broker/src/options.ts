import { readFileSync } from 'node:fs'
import type { Config } from '@osprey/core/config'
import type { Logger } from 'pino'

export interface BrokerOptions {
  dataDir: string
  host: string
  /** 0 takes any free port. */
  mqttPort: number
  /** Null turns MQTT over WebSocket off. */
  webSocketPort: number | null
  metricsPort: number
  /** PEM texts. */
  tls: { cert: string; key: string } | null
  /** PEM files of the authorities that may issue certificates of devices and of what they revoked; needs `tls`. */
  deviceCertificates?: { caPath: string; crlPath: string | undefined } | null
  allowedOrigins: readonly string[]
  journalMaxBytes: number
  /** Messages per second of one device; 0 is without limit. */
  deviceRate: number
  maxConnections: number
  maxPacketBytes: number
  logger: Logger
  env?: NodeJS.ProcessEnv
  now?: () => number
  /** Times in ms; the defaults suit production, tests shorten them. */
  appendTimeout?: number
  drainTimeout?: number
  connectTimeout?: number
  /** Milliseconds between looks at changed credentials and at new commands. */
  pollInterval?: number
  /** Milliseconds between marks of life in the journal. */
  markInterval?: number
  /** Milliseconds between looks at the files of `deviceCertificates`. */
  certificateInterval?: number
  /** Milliseconds after which the stored session of a device that stays away is deleted. */
  sessionExpiry?: number
  sweepInterval?: number
  /** A quarter of the time after which the wills of an earlier process are published. */
  heartbeatInterval?: number
}

/** The options of the broker process from the configuration of the platform; reads the certificate files. */
export function optionsFromConfig(config: Config, env: NodeJS.ProcessEnv, logger: Logger): BrokerOptions {
  const { tls } = config
  return {
    dataDir: config.dataDir,
    host: config.host,
    mqttPort: config.mqttPort,
    webSocketPort: config.mqttWebSocketPort === 0 ? null : config.mqttWebSocketPort,
    metricsPort: config.brokerMetricsPort,
    tls: tls && { cert: readFileSync(tls.certPath, 'utf8'), key: readFileSync(tls.keyPath, 'utf8') },
    deviceCertificates: config.deviceCertificates,
    allowedOrigins: config.allowedOrigins,
    journalMaxBytes: config.journalMaxBytes,
    deviceRate: config.deviceRate,
    maxConnections: config.maxConnections,
    maxPacketBytes: config.maxPacketBytes,
    logger,
    env,
  }
}
