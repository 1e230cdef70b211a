import { readFileSync } from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BackupLine, BackupResult } from '@osprey/core/api/backup'
import { type Config, StartError } from '../config.ts'
import type { BackupSteps } from './backup.ts'

/** Where this machine's own backend listens. */
export function ownAddress({ tls, host, httpPort }: Pick<Config, 'tls' | 'host' | 'httpPort'>): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${tls ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${httpPort}`
}

/**
 * Has the running backend make a backup.
 * @returns undefined when none runs
 * @throws StartError with the backend's own words when it will not or cannot
 */
export async function askBackend(
  config: Config,
  url: string,
  to: string,
  { signal, progress }: BackupSteps,
): Promise<BackupResult | undefined> {
  const token = operatorToken(config)
  if (token === undefined) return undefined
  const response = await post(`${url}/api/backups`, JSON.stringify({ to }), token, config, signal)
  if (response === undefined) return undefined
  let last: BackupLine | undefined
  let text = ''
  for await (const line of createInterface({ input: response })) {
    if (response.statusCode !== 200) {
      text += line
      continue
    }
    last = JSON.parse(line) as BackupLine
    if ('progress' in last) progress(last.progress)
  }
  if (response.statusCode !== 200)
    throw new StartError(`${url} answered ${response.statusCode}: ${detailOf(text)}`)
  if (last && 'made' in last) return last.made
  if (last && 'failed' in last) throw new StartError(last.failed)
  throw new StartError('the backend ended before the backup was made')
}

function operatorToken({ dataDir }: Config): string | undefined {
  try {
    return readFileSync(join(dataDir, 'run', 'operator-token'), 'utf8').trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new StartError(
      `the operator token cannot be read (${message}): run this as the user of the backend`,
    )
  }
}

function detailOf(text: string): string {
  try {
    return (JSON.parse(text) as { detail?: string }).detail ?? text
  } catch {
    return text.slice(0, 200)
  }
}

/** Undefined when nobody listens there. */
function post(
  url: string,
  body: string,
  token: string,
  { tls }: Config,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const secure = url.startsWith('https:')
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  // It is this machine's own certificate file that must answer; the name in it is for people elsewhere.
  const own = secure && tls ? { ca: readFileSync(tls.certPath), allowPartialTrustChain: true } : {}
  const options = { method: 'POST', headers, signal, ...own, checkServerIdentity: () => undefined }
  return new Promise((settle, fail) => {
    const call = (secure ? requestHttps : requestHttp)(url, options, settle)
    call.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') settle(undefined)
      else fail(signal.aborted ? signal.reason : new StartError(`${url}: ${error.message}`))
    })
    call.end(body)
  })
}
