import express, { type Request, type RequestHandler } from 'express'
import { mayCall } from '../access/access.guard.ts'
import { ACCESS_TABLE } from '../access/access-table.ts'
import { ProblemException, unavailable } from './problem.ts'

const JSON_LIMIT = 1024 * 1024
const FILE_LIMIT = 20 * 1024 * 1024
/** The routes that take a whole file. */
const FILE_ROUTES: ReadonlySet<string> = new Set([
  'POST /api/stations/import',
  'POST /api/jurisdictions/import',
  'PUT /api/layers/:id',
])
/** Files beyond the size of JSON that are read and worked on at a time, each several times its size in memory. */
const MAX_LARGE_FILES = 4
const FILE_TYPES = ['text/csv', 'application/geo+json', 'application/json', 'text/plain']

/** What is open to anyone takes no more than a name and a password. */
const STRANGER_LIMIT = 16 * 1024

/** The access table as the router matches paths: letters in either case, a slash at the end or none. */
const ROUTES = Object.entries(ACCESS_TABLE).map(([label, rule]) => {
  const [method, path = ''] = label.split(' ')
  const pattern = path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')
  return { label, rule, method, path: new RegExp(`^${pattern}/?$`, 'i') }
})

/**
 * Body parsers by route: 1 MB of JSON, 20 MB of text where a file is expected, 16 KB where anyone may come. Compressed
 * bodies are refused (`inflate: false`), so no request unpacks to more than it was measured at. The body of a request
 * that the guard will turn away is not read.
 */
export function bodyParsers(): RequestHandler {
  const jsonUpTo = (limit: number) => express.json({ limit, inflate: false, type: ['application/json'] })
  const json = jsonUpTo(JSON_LIMIT)
  const small = jsonUpTo(STRANGER_LIMIT)
  const file = express.text({ limit: FILE_LIMIT, inflate: false, type: FILE_TYPES, defaultCharset: 'utf-8' })
  let largeFiles = 0
  return (request, response, next) => {
    const route = routeOf(request)
    if (!route || !mayCall(route.rule, request.method, request.principal).allowed) return next()
    const isFile = FILE_ROUTES.has(route.label)
    if (isFile && !isSmall(request)) {
      if (largeFiles >= MAX_LARGE_FILES) {
        throw unavailable('too many large files are being taken in; send this one again')
      }
      largeFiles++
      response.once('close', () => largeFiles--)
    }
    const parse = isFile ? file : route.rule.reach === 'public' ? small : json
    parse(request, response, (error?: unknown) => next(error ? unreadable(error as BodyError) : undefined))
  }
}

export function takesFile(request: Pick<Request, 'method' | 'path'>): boolean {
  return FILE_ROUTES.has(routeOf(request)?.label ?? '')
}

/** By the length it is announced with: no more than that is read. */
function isSmall({ headers }: Pick<Request, 'headers'>): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= JSON_LIMIT
}

function routeOf({ method, path }: Pick<Request, 'method' | 'path'>) {
  return ROUTES.find((route) => route.method === method && route.path.test(path))
}

/** What body-parser throws (https://github.com/expressjs/body-parser#errors). */
interface BodyError extends Error {
  status: number
  type: string
  limit?: number
}

/** In our own words, and before Nest replaces the error with one that has lost its type. */
function unreadable({ type, status, limit, message }: BodyError): ProblemException {
  switch (type) {
    case 'entity.parse.failed':
      return new ProblemException(400, `the body is not valid JSON: ${message}`.slice(0, 300))
    case 'entity.too.large':
      return new ProblemException(413, `the body is larger than the limit of ${limit} bytes`)
    default:
      return new ProblemException(status, message)
  }
}
