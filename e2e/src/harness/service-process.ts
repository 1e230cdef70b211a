import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const ROOT = join(import.meta.dirname, '..', '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const TETHER = join(ROOT, 'scripts', 'tether.mjs')

/** Kept of a process's output: enough to explain a failure. */
const MAX_LINES = 2000

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** One real process under test: started, watched, killed by its id, never left behind. */
export class ServiceProcess {
  readonly lines: string[] = []
  private child: ChildProcess | undefined
  private exit: Promise<Exit> = Promise.resolve({ code: null, signal: null })
  private readonly watchers = new Set<(line: string) => void>()

  /** @param script path of a script that Node can run, relative to the repository */
  constructor(
    readonly name: string,
    private readonly script: string,
    private readonly env: Record<string, string>,
    private readonly args: string[] = [],
  ) {}

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running`)
    return this.child.pid
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  start(extra: Record<string, string> = {}): void {
    const child = spawn(
      NODE,
      ['--enable-source-maps', '--import', TETHER, join(ROOT, this.script), ...this.args],
      {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...this.env, ...extra },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.note(line))
    }
    this.child = child
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  }

  /** Resolves when it has ended. */
  exited(): Promise<Exit> {
    return this.exit
  }

  /** Sends a signal and resolves when the process has ended. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.running) this.child?.kill(signal)
    return this.exit
  }

  /** Resolves with the first line, already printed or yet to come, that matches. */
  line(pattern: RegExp): Promise<string> {
    const printed = this.lines.find((line) => pattern.test(line))
    if (printed !== undefined) return Promise.resolve(printed)
    return new Promise((resolve, reject) => {
      const watch = (line: string) => {
        if (!pattern.test(line)) return
        this.watchers.delete(watch)
        resolve(line)
      }
      this.watchers.add(watch)
      void this.exit.then(({ code, signal }) =>
        reject(new Error(`${this.name} ended (${signal ?? code}) before printing ${pattern}`)),
      )
    })
  }

  private note(line: string): void {
    this.lines.push(line)
    if (this.lines.length > MAX_LINES) this.lines.shift()
    for (const watcher of this.watchers) watcher(line)
  }
}
