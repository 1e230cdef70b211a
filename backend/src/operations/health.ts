import type { HealthView } from '@osprey/core/api'

/** One condition of readiness: undefined while it holds, else why not. */
export type Check = () => string | undefined | Promise<string | undefined>

/** A check that does not answer in time is a failed one. */
const CHECK_WITHIN_MS = 2000

/**
 * Ready means readings flow: the pipeline runs and the registry can be written. What only delays (a store that
 * is down while the outbox grows) is told as a reason and leaves the process ready.
 */
export class Health {
  constructor(
    private readonly required: readonly Check[],
    private readonly degrading: readonly Check[],
  ) {}

  async ready(): Promise<HealthView> {
    const [failed, degraded] = await Promise.all([reasons(this.required), reasons(this.degrading)])
    return { status: failed.length === 0 ? 'ready' : 'unavailable', reasons: [...failed, ...degraded] }
  }
}

async function reasons(checks: readonly Check[]): Promise<string[]> {
  const answers = await Promise.all(checks.map(answer))
  return answers.filter((reason) => reason !== undefined)
}

function answer(check: Check): Promise<string | undefined> {
  const late = new Promise<string>((settle) => {
    setTimeout(settle, CHECK_WITHIN_MS, 'a check did not answer in time').unref()
  })
  const result = (async () => check())().catch((error: Error) => error.message)
  return Promise.race([result, late])
}
