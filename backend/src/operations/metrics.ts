import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Gauge, Histogram, Registry as PrometheusRegistry } from 'prom-client'

/** Numbers read at the moment of a scrape, by metric name; a nested record becomes the label `labelName`. */
export interface Measurement {
  name: string
  help: string
  labelName?: string
  read: () => number | Record<string, number>
}

/** What /metrics answers, in the Prometheus text format. */
export class Metrics {
  private readonly registry = new PrometheusRegistry()
  private readonly durations: Histogram

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    this.durations = new Histogram({
      name: 'osprey_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the last byte of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.3, 1, 3, 10],
      registers: [this.registry],
    })
  }

  measure({ name, help, labelName, read }: Measurement): void {
    new Gauge({
      name,
      help,
      ...(labelName && { labelNames: [labelName] }),
      registers: [this.registry],
      collect() {
        const value = read()
        if (typeof value === 'number') return this.set(value)
        this.reset()
        for (const [label, number] of Object.entries(value))
          this.set({ [labelName as string]: label }, number)
      },
    })
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** Times every request by its route, not its path: paths are unbounded. */
  timing(): RequestHandler {
    return (request, response, next) => {
      const end = this.durations.startTimer({ method: request.method })
      response.once('close', () => {
        const route = (request.route as { path?: string } | undefined)?.path ?? 'static'
        end({ route, status: response.statusCode })
      })
      next()
    }
  }
}
