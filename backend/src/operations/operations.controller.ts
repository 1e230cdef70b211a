import { Controller, Get, Res } from '@nestjs/common'
import { type ConfigView, configView, type HealthView, healthView } from '@osprey/core/api'
import type { Response } from 'express'
import { type Config, VERSION } from '../config.ts'
import { Endpoint } from '../http/endpoint.ts'
import { ProblemException } from '../http/problem.ts'
import { Health } from './health.ts'
import { Metrics } from './metrics.ts'
import { securityText } from './security-text.ts'

/** The part of the configuration the web app needs. */
export class PublicConfig {
  constructor(
    readonly view: ConfigView,
    private readonly security: Pick<Config, 'securityContact' | 'publicUrl'>,
  ) {}

  securityText(now: number): string | undefined {
    return securityText(this.security, now)
  }

  static of(config: Config): PublicConfig {
    const { demo, tiles, mqttPort, tls } = config
    const mqtt = { port: mqttPort, tls: tls !== null }
    return new PublicConfig({ version: VERSION, demo, tiles, mqtt }, config)
  }
}

@Controller()
export class OperationsController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly config: PublicConfig,
  ) {}

  @Get('api/health/live')
  @Endpoint({ summary: 'The process answers', answer: healthView })
  live(): HealthView {
    return { status: 'ready', reasons: [] }
  }

  @Get('api/health/ready')
  @Endpoint({
    summary: 'Readings flow; 503 with the reasons when not',
    answer: healthView,
    problems: [503],
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthView> {
    const health = await this.health.ready()
    response.status(health.status === 'ready' ? 200 : 503)
    return health
  }

  @Get('api/config')
  @Endpoint({
    summary: 'What the web app needs to know of the configuration',
    answer: configView,
  })
  configuration(): ConfigView {
    return this.config.view
  }

  @Get('.well-known/security.txt')
  @Endpoint({
    summary: 'Whom to tell of a vulnerability (RFC 9116)',
    answer: ['text/plain'],
    problems: [404],
  })
  security(@Res() response: Response): void {
    const text = this.config.securityText(Date.now())
    if (text === undefined) throw new ProblemException(404, 'no contact is configured')
    response.type('text/plain').set('Cache-Control', 'max-age=86400').send(text)
  }

  @Get('metrics')
  @Endpoint({
    summary: 'Measurements in the Prometheus text format',
    answer: ['text/plain'],
  })
  async scrape(@Res() response: Response): Promise<void> {
    response.set('Content-Type', this.metrics.contentType).send(await this.metrics.text())
  }
}
