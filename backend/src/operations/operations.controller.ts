import { Controller, Get, Res } from '@nestjs/common'
import { type ConfigView, configView, type HealthView, healthView } from '@osprey/core/api'
import type { Response } from 'express'
import { type Config, VERSION } from '../config.ts'
import { Endpoint } from '../http/endpoint.ts'
import { Health } from './health.ts'
import { Metrics } from './metrics.ts'

/** The part of the configuration the web app needs. */
export class PublicConfig {
  constructor(readonly view: ConfigView) {}

  static of({ demo, tiles, mqttPort, tls }: Config): PublicConfig {
    return new PublicConfig({ version: VERSION, demo, tiles, mqtt: { port: mqttPort, tls: tls !== null } })
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
  @Endpoint({ access: 'public', summary: 'The process answers', answer: healthView })
  live(): HealthView {
    return { status: 'ready', reasons: [] }
  }

  @Get('api/health/ready')
  @Endpoint({
    access: 'public',
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
    access: 'reader',
    summary: 'What the web app needs to know of the configuration',
    answer: configView,
  })
  configuration(): ConfigView {
    return this.config.view
  }

  @Get('metrics')
  @Endpoint({
    access: 'metrics',
    summary: 'Measurements in the Prometheus text format',
    answer: ['text/plain'],
  })
  async scrape(@Res() response: Response): Promise<void> {
    response.set('Content-Type', this.metrics.contentType).send(await this.metrics.text())
  }
}
