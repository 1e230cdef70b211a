import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'

export interface ReceivedMessage {
  client: string
  topic: string
  payload: Buffer
  qos: number
  retain: boolean
}

export interface TestBroker {
  port: number
  aedes: Aedes
  messages: ReceivedMessage[]
  /** Cuts every connection, as a crash would. */
  cutAll(): void
  close(): Promise<void>
}

export interface TestBrokerOptions {
  port?: number
  /** Secrets by device; without it everybody may log in. */
  secrets?: ReadonlyMap<string, string>
  /** Called before a message is acknowledged; an error closes the client's connection unacknowledged. */
  accept?: (message: ReceivedMessage) => Error | undefined
}

/** A real Aedes on a loopback socket that keeps what it acknowledged. */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const messages: ReceivedMessage[] = []
  const sockets = new Set<Socket>()
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => {
      const expected = options.secrets?.get(username ?? '')
      done(
        null,
        options.secrets === undefined || (expected !== undefined && expected === password?.toString()),
      )
    },
    authorizePublish: (client, packet, done) => {
      const message = {
        client: client?.id ?? '',
        topic: packet.topic,
        payload: Buffer.from(packet.payload),
        qos: packet.qos,
        retain: packet.retain,
      }
      const problem = options.accept?.(message)
      if (problem === undefined) messages.push(message)
      done(problem ?? null)
    },
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    aedes.handle(socket)
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    aedes,
    messages,
    cutAll,
    close: async () => {
      cutAll()
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
