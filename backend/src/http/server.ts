import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import express from 'express'
import type { Logger } from 'pino'
import type { Access } from '../access/access.ts'
import { authentication, authenticationAgain } from '../access/authentication.ts'
import { TrustedProxies } from '../access/trusted-proxies.ts'
import { appModule } from '../app.module.ts'
import { type Config, StartError } from '../config.ts'
import type { LiveHub } from '../live/live.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { Territories } from '../territory/territories.ts'
import { bodyParsers } from './bodies.ts'
import { Certificate, type CertificatePaths } from './certificate.ts'
import { nestLog } from './nest-log.ts'
import { noStore, securityHeaders } from './security-headers.ts'
import { endSlowRequests, slowBodies } from './slow-bodies.ts'
import { staticFiles } from './static-files.ts'

/** Requests still being answered when the process stops get this long. */
const DRAIN_MS = 5000

export interface HttpInside {
  access: Access
  territories: Territories
  metrics: Metrics
  live: LiveHub
  /** What the controllers are given. */
  parts: readonly object[]
}

/** The HTTP listener with everything in front of and behind Nest. */
export class HttpServer {
  private nest: NestExpressApplication | undefined
  private server: Server | undefined
  private certificate: Certificate | undefined

  constructor(
    private readonly config: Config,
    private readonly inside: HttpInside,
    private readonly log: Logger,
  ) {}

  /** Resolves when listening. @throws StartError when the port is taken. */
  async start(): Promise<void> {
    const { access, territories, metrics, live, parts } = this.inside
    const { tls, tiles, allowedOrigins } = this.config
    const proxies = new TrustedProxies(this.config.trustedProxies)
    const app = express()
    app.set('query parser', 'simple').disable('x-powered-by').disable('etag')
    app.use(
      (request, _response, next) => {
        proxies.settle(request)
        next()
      },
      metrics.timing(),
      securityHeaders({ tileUrl: tiles?.url, tls: tls !== null }),
      noStore,
      staticFiles(),
      authentication(access, territories, allowedOrigins, this.log),
      slowBodies(),
      bodyParsers(),
      authenticationAgain(access, territories),
    )
    this.nest = await NestFactory.create<NestExpressApplication>(
      appModule(parts, this.log),
      new ExpressAdapter(app),
      { bodyParser: false, logger: nestLog(this.log), abortOnError: false },
    )
    this.server = tls ? this.tlsServer(tls, app) : createPlainServer(app)
    endSlowRequests(this.server)
    this.server.on('upgrade', (request, socket, head) => {
      proxies.settle(request)
      live.handleUpgrade(request, socket, head)
    })
    await this.nest.init()
    try {
      await listen(this.server, this.config)
    } catch (error) {
      // The scheduled jobs run from init on.
      await this.nest.close()
      throw error
    }
  }

  /** Stops accepting, waits for answers under way, then closes what is left. */
  async stop(): Promise<void> {
    const { server } = this
    this.certificate?.stop()
    if (server?.listening) {
      const closed = new Promise((settle) => server.close(settle))
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      // Upgraded sockets keep the server from closing, and it cannot close them itself.
      await this.inside.live.stop()
      await closed
      clearTimeout(late)
    }
    await this.nest?.close()
  }

  private tlsServer(paths: CertificatePaths, app: RequestListener): Server {
    this.certificate = new Certificate(paths, this.log)
    const server = createTlsServer(this.certificate.current, app)
    this.certificate.follow(server)
    return server
  }

  get port(): number {
    const address = this.server?.address() as AddressInfo | null | undefined
    return address?.port ?? 0
  }
}

function listen(server: Server, { host, httpPort }: Config): Promise<void> {
  return new Promise((settle, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used: ${error.message}`
      fail(new StartError(`port ${httpPort} on ${host} ${reason}; set OSPREY_HTTP_PORT to a free one`))
    })
    server.listen(httpPort, host, settle)
  })
}
