import express, { type RequestHandler } from 'express'
import { ProblemException } from './problem.ts'

const JSON_LIMIT = 1024 * 1024
const FILE_LIMIT = 20 * 1024 * 1024
/** The routes that take a whole file. */
const FILE_ROUTES = [/^\/api\/stations\/import$/, /^\/api\/layers\/[^/]+$/]
const FILE_TYPES = ['text/csv', 'application/geo+json', 'application/json', 'text/plain']

/** The one route that reads a body of a stranger. */
const LOGIN = '/api/session'

/**
 * Body parsers by route: 1 MB of JSON, 20 MB of text where a file is expected. Compressed bodies are refused
 * (`inflate: false`), so no request unpacks to more than it was measured at. A stranger's body is not read: the
 * guard turns the request away.
 */
export function bodyParsers(): RequestHandler {
  const json = express.json({ limit: JSON_LIMIT, inflate: false, type: ['application/json'] })
  const file = express.text({ limit: FILE_LIMIT, inflate: false, type: FILE_TYPES, defaultCharset: 'utf-8' })
  return (request, response, next) => {
    if (!request.principal && request.path !== LOGIN) return next()
    const parse = FILE_ROUTES.some((route) => route.test(request.path)) ? file : json
    parse(request, response, (error?: unknown) => next(error ? unreadable(error as BodyError) : undefined))
  }
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
