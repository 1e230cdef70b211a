/** Drizzle wraps the server's complaint; the cause says what happened. */
export function reasonOf(error: unknown): string {
  const cause = (error as Error).cause
  if (cause instanceof Error) return `${(error as Error).message}: ${cause.message}`
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : (error as Error).message
}
