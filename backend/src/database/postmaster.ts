import { readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The server's process, seen from outside. */

/** Lines 1 and 4 of postmaster.pid: process and port (PostgreSQL source, src/include/utils/pidfile.h). */
export function readPidFile(cluster: string): { pid: number; port: number } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    return pid > 0 ? { pid, port: Number(lines[3]) || 0 } : undefined
  } catch {
    return undefined
  }
}

/** True when the system tells the process's working directory and it is not the cluster, where a postmaster sits. */
export function worksElsewhere(pid: number, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(cluster)
  } catch {
    return false
  }
}

/** Whether a process of this number exists, ours or not. */
export function isAlive(pid: number): boolean {
  // 0 would stand for our own process group (kill(2)).
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Stops a PostgreSQL server (its manual, clause 18.5): fast shutdown, immediate when that takes longer than
 * `withinMs`, then by force.
 */
export async function stopProcess(pid: number, withinMs: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isAlive(pid)) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const deadline = performance.now() + (signal === 'SIGINT' ? withinMs : 5000)
    while (isAlive(pid) && performance.now() < deadline) await delay(10)
    if (!isAlive(pid)) return
  }
}

/** A port nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => settle(port))
    })
  })
}
