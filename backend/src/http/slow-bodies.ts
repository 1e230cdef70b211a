import type { Server } from 'node:http'
import type { RequestHandler } from 'express'
import { takesFile } from './bodies.ts'

/** From the first byte to the last of the headers. */
const HEADERS_MS = 15_000
const JSON_MS = 30_000
const FILE_MS = 120_000

/** No request, whatever it is, takes longer to arrive; node looks every 30 s. */
export function endSlowRequests(server: Server): void {
  server.headersTimeout = HEADERS_MS
  server.requestTimeout = FILE_MS
}

/** Hangs up on a client whose body does not come to its end: after 30 s with JSON, 2 minutes with a file. */
export function slowBodies({ jsonMs = JSON_MS, fileMs = FILE_MS } = {}): RequestHandler {
  return (request, response, next) => {
    const limit = takesFile(request) ? fileMs : jsonMs
    const late = setTimeout(() => {
      if (!request.complete) request.destroy()
    }, limit)
    request.once('end', () => clearTimeout(late))
    response.once('close', () => clearTimeout(late))
    next()
  }
}
