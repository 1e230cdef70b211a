/**
 * Asks until the answer is there. For what announces itself by no event: another process's HTTP health, a ledger
 * that drains, a process that disappears.
 * @param what completes "waited for …" in the error
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { within = 60_000, every = 50 }: { within?: number; every?: number } = {},
): Promise<T> {
  const deadline = performance.now() + within
  let reason = ''
  while (performance.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      reason = `: ${(error as Error).message}`
    }
    await pause(every)
  }
  throw new Error(`waited ${within / 1000} s for ${what}${reason}`)
}

/** Lets time pass between two polls, or until a random moment of a fault experiment. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
