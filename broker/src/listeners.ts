import { constants } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from 'node:tls'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import type { ClientCertificate } from './certificate-verdict.ts'
import type { ClientCertificates } from './client-certificates.ts'

/** PEM texts. */
interface Certificate {
  cert: string
  key: string
}

/** Who is at the other end of a connection, as far as it is known before CONNECT. */
export interface Peer {
  address: string
  /** Of a WebSocket. */
  request: IncomingMessage | undefined
  certificate: ClientCertificate | undefined
}

export interface ListenerOptions {
  host: string
  mqttPort: number
  /** Null turns MQTT over WebSocket off. */
  webSocketPort: number | null
  /** With it both listeners speak TLS only. */
  tls: Certificate | null
  maxConnections: number
  maxPacketBytes: number
  /** Origins a browser page may connect from, beside the one of this host. */
  allowedOrigins: readonly string[]
  /** Certificates devices may present, beside `tls`; null asks for none. */
  clientCertificates: Pick<ClientCertificates, 'trust' | 'presented'> | null
  accept(connection: Duplex, peer: Peer): void
  refuse(reason: 'too_many_connections' | 'origin_not_allowed', detail: string, address: string): void
}

const HANDSHAKE_TIMEOUT = 10_000
const WEB_SOCKET_PATH = '/mqtt'
/** Connections the kernel holds until they are accepted; thousands of devices reconnect at once after an outage. */
const BACKLOG = 4096

/** The open doors of the broker: MQTT over TCP and over WebSocket, both with TLS when there is a certificate. */
export class Listeners {
  readonly #options: ListenerOptions
  readonly #servers: (Server | HttpServer)[] = []
  readonly #tlsServers: TlsServer[] = []
  readonly #connections = new Set<Duplex>()

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  get open(): number {
    return this.#connections.size
  }

  /** Starts listening; resolves with the ports, rejects when one is taken. */
  async start(): Promise<{ mqttPort: number; webSocketPort: number | null }> {
    const { mqttPort, webSocketPort } = this.#options
    const mqtt = await this.#listen(this.#mqttServer(), mqttPort)
    const webSocket =
      webSocketPort === null ? null : await this.#listen(this.#webSocketServer(), webSocketPort)
    return { mqttPort: mqtt, webSocketPort: webSocket }
  }

  /** Later handshakes go by what `clientCertificates` trusts now. */
  trustAnew(): void {
    const { tls } = this.#options
    if (tls) for (const server of this.#tlsServers) server.setSecureContext(this.#tlsOptions(tls))
  }

  /** Takes no more connections; those that are open stay. */
  stop(): void {
    for (const server of this.#servers) server.close()
  }

  /** Resolves when everything written so far is handed to the operating system, at the latest at the deadline. */
  async flush(deadline: number): Promise<void> {
    const unsent = () => Array.from(this.#connections).some(({ writableLength }) => writableLength > 0)
    while (unsent() && performance.now() < deadline) await setTimeout(5)
  }

  /** Ends every connection. */
  destroyAll(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  async #listen(server: Server | HttpServer, port: number): Promise<number> {
    this.#servers.push(server)
    server.listen({ port, host: this.#options.host, backlog: BACKLOG })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  #mqttServer(): Server {
    const { tls } = this.#options
    const accept = (socket: Socket) => {
      if (this.#admit(socket, socket.remoteAddress ?? '')) this.#accept(socket, socket, undefined)
    }
    if (!tls) return createTcpServer({ noDelay: true }, accept)
    const server = createTlsServer({ ...this.#tlsOptions(tls), noDelay: true }, accept)
    this.#tlsServers.push(server)
    server.on('tlsClientError', () => undefined) // a failed handshake is the peer's affair; its socket is closed
    return server
  }

  #webSocketServer(): HttpServer {
    const { tls, maxPacketBytes } = this.#options
    const answer = { headersTimeout: HANDSHAKE_TIMEOUT, requestTimeout: HANDSHAKE_TIMEOUT, noDelay: true }
    const server = tls ? this.#httpsServer(tls, answer) : createHttpServer(answer)
    server.on('request', (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain' }).end('MQTT over WebSocket is at /mqtt\n')
    })
    server.on('tlsClientError', () => undefined)
    const sockets = new WebSocketServer({
      noServer: true,
      // a frame may hold several packets; the packet guard checks each of them
      maxPayload: 4 * maxPacketBytes,
      perMessageDeflate: false,
      handleProtocols: (offered) =>
        offered.has('mqtt') ? 'mqtt' : offered.has('mqttv3.1') ? 'mqttv3.1' : false,
    })
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => undefined)
      const refusal = this.#judgeUpgrade(request)
      if (refusal) socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\n\r\n`)
      else
        sockets.handleUpgrade(request, socket, head, (webSocket) => this.#acceptWebSocket(webSocket, request))
    })
    return server
  }

  #httpsServer(tls: Certificate, answer: object): HttpsServer {
    const server = createHttpsServer({ ...answer, ...this.#tlsOptions(tls) })
    this.#tlsServers.push(server)
    return server
  }

  /**
   * A peer that presents a bad certificate, or none, is let through the handshake and judged at CONNECT, so that the
   * refusal can name its reason. No session is resumed then: a resumed one is not verified again.
   */
  #tlsOptions(tls: Certificate): TlsOptions {
    const common = { ...tls, minVersion: 'TLSv1.2' as const, handshakeTimeout: HANDSHAKE_TIMEOUT }
    const { clientCertificates } = this.#options
    if (!clientCertificates) return common
    const { ca, crl } = clientCertificates.trust
    return {
      ...common,
      ca,
      ...(crl.length > 0 && { crl }),
      requestCert: true,
      rejectUnauthorized: false,
      secureOptions: constants.SSL_OP_NO_TICKET,
    }
  }

  #judgeUpgrade(request: IncomingMessage): string | undefined {
    // Not parsed as a URL: a peer may send a target that is none, such as `//`.
    const pathname = (request.url ?? '/').split('?', 1)[0]
    if (pathname !== WEB_SOCKET_PATH) return '404 Not Found'
    const { origin, host } = request.headers
    if (origin === undefined || this.#options.allowedOrigins.includes(origin)) return undefined
    if (URL.canParse(origin) && new URL(origin).host === host) return undefined
    this.#options.refuse(
      'origin_not_allowed',
      `WebSocket from ${origin.slice(0, 100)}, expected an allowed origin`,
      request.socket.remoteAddress ?? '',
    )
    return '403 Forbidden'
  }

  #acceptWebSocket(webSocket: WebSocket, request: IncomingMessage): void {
    const address = request.socket.remoteAddress ?? ''
    const stream = createWebSocketStream(webSocket, { allowHalfOpen: false })
    if (this.#admit(stream, address)) this.#accept(stream, request.socket, request)
  }

  #admit(connection: Duplex, address: string): boolean {
    const { maxConnections, refuse } = this.#options
    if (this.#connections.size < maxConnections) return true
    connection.on('error', () => undefined)
    connection.destroy()
    refuse('too_many_connections', `the limit of ${maxConnections} connections is reached`, address)
    return false
  }

  #accept(connection: Duplex, socket: Socket, request: IncomingMessage | undefined): void {
    this.#connections.add(connection)
    connection.once('close', () => this.#connections.delete(connection))
    const certificate = this.#options.clientCertificates?.presented(socket)
    this.#options.accept(connection, { address: socket.remoteAddress ?? '', request, certificate })
  }
}
