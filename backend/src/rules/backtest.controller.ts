import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common'
import { type BacktestInput, type BacktestLine, backtestInput } from '@osprey/core/api/rules'
import type { Request, Response } from 'express'
import { Endpoint } from '../http/endpoint.ts'
import { StoreUnavailableError } from '../observations/store.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import type { BacktestRun } from './backtest-run.ts'
import { Backtests } from './backtests.ts'

export const NDJSON = 'application/x-ndjson'
/** Milliseconds between lines of progress. */
const PROGRESS_EVERY = 100

@Controller('api/rules')
export class BacktestController {
  constructor(private readonly backtests: Backtests) {}

  @Post('backtest')
  @HttpCode(200)
  @Endpoint({
    summary:
      'What one or two definitions would have fired over a stored range: lines of progress, then the results',
    answer: [NDJSON],
    problems: [429, 503],
  })
  async backtest(
    @Body({ schema: backtestInput }) input: BacktestInput,
    @Within() territory: Territory,
    @Req() { principal }: Request,
    @Res() response: Response,
  ): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort(new ClientGone()))
    if (response.destroyed) return
    try {
      await this.backtests.admit(principal?.username ?? '', input, territory, gone.signal, (run) =>
        stream(run, response, gone.signal, (error) => this.backtests.note(error)),
      )
    } catch (error) {
      // There is nobody to tell.
      if (!(error instanceof ClientGone)) throw error
    }
  }
}

class ClientGone extends Error {}

/** Nothing is thrown once the answer has begun: its last line tells what went wrong. */
async function stream(
  run: BacktestRun,
  response: Response,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  response.status(200).set({ 'Content-Type': `${NDJSON}; charset=utf-8`, 'Cache-Control': 'no-store' })
  const send = (line: BacktestLine) => response.write(`${JSON.stringify(line)}\n`)
  const progress = () => {
    // Whoever reads slowly gets fewer of them.
    if (!response.writableNeedDrain) send({ kind: 'progress', ...run.progress })
  }
  progress()
  const timer = setInterval(progress, PROGRESS_EVERY)
  try {
    const results = await run.run(signal)
    progress()
    send({ kind: 'result', results })
  } catch (error) {
    if (signal.aborted) return
    send({ kind: 'failed', ...reasonOf(error) })
    failed(error)
  } finally {
    clearInterval(timer)
    response.end()
  }
}

function reasonOf(error: unknown): { title: string; detail: string } {
  if (error instanceof StoreUnavailableError) {
    return { title: 'Unavailable', detail: 'The store of the observations does not answer. Try again later.' }
  }
  return { title: 'Unexpected error', detail: 'The backtest ended with an error, which is in the log.' }
}
