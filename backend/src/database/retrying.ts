/** PostgreSQL undid the transaction in favour of another: deadlock, or changes that do not fit one after the other. */
const UNDONE = new Set(['40P01', '40001'])
const MOST_TRIES = 5

/** Whether the same transaction would go through if it were tried again. */
export function isUndone(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (UNDONE.has((one as { code?: string }).code ?? '')) return true
  }
  return false
}

/** Values that do not fit (class 22) and constraints they break (23): however often it is tried, it fails. */
const OF_THE_DATA = /^2[23]/

/** Whether the database refuses what is to be written, and not for a reason that passes. */
export function isRefusedData(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (OF_THE_DATA.test((one as { code?: string }).code ?? '')) return true
  }
  return false
}

/** Runs a transaction again at once when it was undone in favour of another. `work` begins anew each time. */
export async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === MOST_TRIES || !isUndone(error)) throw error
    }
  }
}
