import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { isLocalPeer } from '../access/peer.ts'

const WORTH_COMPRESSING = 16 * 1024
const compress = promisify(gzip)

/** A large answer that may be sent several times: encoded once, compressed at most once. */
export class Body {
  readonly bytes: Buffer
  private gzipped: Promise<Buffer> | undefined

  constructor(text: string) {
    this.bytes = Buffer.from(text)
  }

  /** At the fastest level, off the main thread. */
  gzip(): Promise<Buffer> {
    this.gzipped ??= compress(this.bytes, { level: 1 })
    return this.gzipped
  }
}

/**
 * Sends a large answer, compressed when it has to travel a network and the client can read it. Only for answers
 * that hold no secret: what is compressed together with a secret can be used to guess it (BREACH).
 */
export async function sendText(
  request: Request,
  response: Response,
  type: string,
  text: string | Body,
): Promise<void> {
  const body = typeof text === 'string' ? new Body(text) : text
  response.set('Content-Type', `${type}; charset=utf-8`).vary('Accept-Encoding')
  const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (body.bytes.length < WORTH_COMPRESSING || !accepted || isLocalPeer(request)) {
    response.send(body.bytes)
    return
  }
  const gzipped = await body.gzip()
  response.set('Content-Encoding', 'gzip').send(gzipped)
}
