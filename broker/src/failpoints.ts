/**
 * Places where a test can kill the process: OSPREY_FAILPOINT=name:N kills it the N-th time the place is passed.
 * Honoured only when NODE_ENV is `test`.
 */
export type Failpoint = 'broker.before-append' | 'broker.after-append-before-ack'

/** The function to call at the place, or nothing when no test asked for it. */
export function failpoint(env: NodeJS.ProcessEnv, name: Failpoint): (() => void) | undefined {
  const [asked, count] = (env['NODE_ENV'] === 'test' ? (env['OSPREY_FAILPOINT'] ?? '') : '').split(':')
  if (asked !== name) return undefined
  let left = Number(count)
  return () => {
    left--
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
