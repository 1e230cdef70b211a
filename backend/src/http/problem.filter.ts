import { randomUUID } from 'node:crypto'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { Logger } from 'pino'
import { ProblemException, quote, titleOf } from './problem.ts'

/** Every error leaves as `application/problem+json`; what was not meant for the client stays in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const request = http.getRequest<Request>()
    const response = http.getResponse<Response>()
    if (response.headersSent) {
      this.log.error({ err: error, path: request.path }, 'response broken off')
      response.destroy()
      return
    }
    const problem = asProblem(error, request)
    if (problem) send(response, problem.getStatus(), problem.document(), problem.headers)
    else this.unexpected(error, request, response)
  }

  /** The client gets the number of the log entry and nothing of the inside. */
  private unexpected(error: unknown, request: Request, response: Response): void {
    const instance = `urn:uuid:${randomUUID()}`
    this.log.error({ err: error, method: request.method, path: request.path, instance }, 'unexpected error')
    const detail = 'the server met an unexpected error; the administrator finds it in the log by its number'
    send(response, 500, { type: 'about:blank', title: titleOf(500), status: 500, detail, instance })
  }
}

function send(response: Response, status: number, body: object, headers: Record<string, string> = {}): void {
  response
    .status(status)
    .set({ ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' })
  // As bytes: JSON has no charset parameter, and Express would add one to a string.
  response.send(Buffer.from(JSON.stringify(body)))
}

/** Errors of the framework that a client caused; undefined for anything else. */
function asProblem(error: unknown, request: Request): ProblemException | undefined {
  if (error instanceof ProblemException) return error
  const status = error instanceof HttpException ? error.getStatus() : (error as { status?: number })?.status
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined
  if (status === 404) return new ProblemException(404, `nothing at ${request.method} ${quote(request.path)}`)
  return new ProblemException(status, 'the request could not be read')
}
