import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { RequestHandler, Response } from 'express'

const FRONTEND = fileURLToPath(new URL('../../../frontend/dist', import.meta.url))
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.svg', '.json', '.map', '.txt', '.webmanifest'])
const WORTH_COMPRESSING = 1024
/** Paths that never are pages of the web app. */
const NOT_PAGES = /^\/(api|cap|metrics|live)(\/|$)/

interface StaticFile {
  path: string
  etag: string
  immutable: boolean
  /** Made at the first request for it. */
  gzip: Buffer | undefined
}

/**
 * Serves the built web app. The files are listed once, so no request path ever reaches the file system.
 * Every path that is neither a file nor the API's is a page of the app and gets index.html.
 */
export function staticFiles(directory = FRONTEND): RequestHandler {
  const files = listFiles(directory)
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    if (NOT_PAGES.test(request.path)) return next()
    const file = files.get(decodePath(request.path)) ?? pageFor(request.path, files)
    if (file) return sendFile(file, request.headers['accept-encoding'], response)
    if (files.size > 0) return next()
    response.status(503).type('text/plain').send('The web app is not built: run "npm run build".\n')
  }
}

function pageFor(path: string, files: Map<string, StaticFile>): StaticFile | undefined {
  return extname(path) === '' || path.endsWith('.html') ? files.get('/index.html') : undefined
}

function sendFile(file: StaticFile, acceptEncoding: string | undefined, response: Response): void {
  const age = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
  response.set({ 'Cache-Control': age, ETag: file.etag, Vary: 'Accept-Encoding' })
  response.type(extname(file.path))
  const content = readFileSync(file.path)
  const compress = COMPRESSIBLE.has(extname(file.path)) && content.length >= WORTH_COMPRESSING
  if (!compress || !/\bgzip\b/.test(acceptEncoding ?? '')) {
    response.send(content)
    return
  }
  file.gzip ??= gzipSync(content, { level: 9 })
  response.set('Content-Encoding', 'gzip').send(file.gzip)
}

/** Vite puts files with a hash of their content in their name under /assets. */
function listFiles(directory: string): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  if (!existsSync(directory)) return files
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name)
    if (!statSync(path).isFile()) continue
    const url = `/${relative(directory, path).split(sep).join('/')}`
    const etag = `"${createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 22)}"`
    files.set(url, { path, etag, immutable: url.startsWith('/assets/'), gzip: undefined })
  }
  const index = files.get('/index.html')
  if (index) files.set('/', index)
  return files
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
