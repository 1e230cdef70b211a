import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { TestBackend } from '../../testing.ts'
import type { MatrixActor } from './actors.ts'
import { headersOf } from './world.fixture.ts'

const SUBSCRIPTION = { type: 'subscribe', bbox: null, property: null }

/** The stations the first live frame holds, in states and details; or the status that refuses the connection. */
export function watch(
  actor: MatrixActor,
  backend: TestBackend,
  details: readonly string[] = [],
): Promise<string[] | number> {
  const url = `${backend.url.replace('http', 'ws')}/live`
  const socket = new WebSocket(url, { headers: headersOf(actor, backend) })
  return new Promise((settle, fail) => {
    socket.on('unexpected-response', (_, response: IncomingMessage) => {
      response.resume()
      settle(response.statusCode ?? 0)
    })
    socket.on('open', () => socket.send(JSON.stringify({ ...SUBSCRIPTION, stations: details })))
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString())
      if (message.type !== 'snapshot') return
      const states = message.stations.map(({ id }: { id: string }) => id)
      settle([...new Set<string>([...states, ...Object.keys(message.details)])].sort())
      socket.close()
    })
    socket.on('error', fail)
  })
}
