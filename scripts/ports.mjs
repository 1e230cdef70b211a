import { createServer } from 'node:net'
import { Failure } from './failure.mjs'

/**
 * Fails with one line naming the port and its variable when a port cannot be opened.
 * @param {{port: number, host: string, use: string, variable: string}[]} listeners port 0 is never taken
 */
export async function checkPorts(listeners) {
  for (const { port, host, use, variable } of listeners) {
    const code = await tryListen(port, host)
    if (code === undefined) continue
    if (code === 'EADDRINUSE')
      throw new Failure(
        `port ${port} (${use}) is taken by another program. Stop it, or set ${variable} to a free port.`,
      )
    if (code === 'EACCES')
      throw new Failure(
        `port ${port} (${use}) needs more rights than this user has. Set ${variable} to a port above 1023.`,
      )
    throw new Failure(
      `${host}:${port} (${use}) cannot be opened (${code}). Check OSPREY_HOST and ${variable}.`,
    )
  }
}

function tryListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
