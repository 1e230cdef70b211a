import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { isLocalPeer } from '../access/peer.ts'

const WORTH_COMPRESSING = 16 * 1024
const compress = promisify(gzip)

/**
 * Sends a large text, compressed (at the fastest level, off the main thread) when it has to travel a network
 * and the client can read it. Only for answers that hold no secret: what is compressed together with a secret
 * can be used to guess it (BREACH).
 */
export async function sendText(
  request: Request,
  response: Response,
  type: string,
  text: string,
): Promise<void> {
  response.set('Content-Type', `${type}; charset=utf-8`).vary('Accept-Encoding')
  const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (text.length < WORTH_COMPRESSING || !accepted || isLocalPeer(request)) {
    response.send(text)
    return
  }
  const body = await compress(text, { level: 1 })
  response.set('Content-Encoding', 'gzip').send(body)
}
