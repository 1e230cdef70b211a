import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** MiB of young generation: with V8's 16, collecting garbage took a sixth of the broker's time under load. */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=32']
const TETHER = fileURLToPath(new URL('./tether.mjs', import.meta.url))

/** A service that stayed up this long has started well: its next crash is treated as the first. */
const SETTLED_AFTER = 60_000
const LONGEST_PAUSE = 30_000

/** A grandchild may hold the output open after the service is gone; its lines are not waited for any longer. */
const LAST_WORDS_WITHIN = 1_000

/**
 * How long to wait before starting a service again after its nth exit in a row.
 * @param {number} exits 1 for the first
 * @returns {number} milliseconds: 0.5 s, doubling to 30 s
 */
export function pauseBeforeRestart(exits) {
  return Math.min(500 * 2 ** (exits - 1), LONGEST_PAUSE)
}

/** One supervised process. It runs in a process group of its own, so that Ctrl-C reaches the launcher alone. */
export class Service {
  /**
   * @param {{name: string, file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv, stopWithin: number,
   *   onLine: (line: string) => void, onEvent: (line: string) => void, onGivingUp: (service: Service) => void,
   *   maxEarlyExits: number}} options
   *   stopWithin: milliseconds between SIGTERM and SIGKILL; maxEarlyExits: exits in a row before `markReady` after
   *   which it is not started again
   */
  constructor(options) {
    this.options = options
    this.name = options.name
    this.exits = 0
    this.ready = false
    this.stopping = false
    this.child = undefined
    this.restart = undefined
  }

  start() {
    const { file, args, cwd, env } = this.options
    this.startedAt = performance.now()
    this.child = spawn(file, [...NODE_FLAGS, '--import', TETHER, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    const ended = Promise.all([this.#pass(this.child.stdout), this.#pass(this.child.stderr)])
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message))
      this.child.once('exit', (code, signal) => {
        const how = signal ?? `code ${code}`
        ended.then(() => resolve(how))
        setTimeout(() => resolve(how), LAST_WORDS_WITHIN).unref()
      })
    })
    this.ended.then((how) => this.#exited(how))
  }

  #pass(stream) {
    return new Promise((resolve) => {
      createInterface({ input: stream }).on('line', this.options.onLine).once('close', resolve)
    })
  }

  #exited(how) {
    this.child = undefined
    if (this.stopping) return
    if (performance.now() - this.startedAt > SETTLED_AFTER) this.exits = 0
    this.exits++
    if (!this.ready && this.exits >= this.options.maxEarlyExits) {
      this.options.onEvent(`${this.name} ended (${how}) ${this.exits} times without becoming ready`)
      this.options.onGivingUp(this)
      return
    }
    const pause = pauseBeforeRestart(this.exits)
    this.options.onEvent(`${this.name} ended unexpectedly (${how}); starting it again in ${pause / 1000} s`)
    this.restart = setTimeout(() => this.start(), pause)
  }

  /** From now on it is started again however often it ends. */
  markReady() {
    this.ready = true
  }

  /** SIGTERM, then SIGKILL when it has not ended in time. Resolves once it is gone. */
  async stop() {
    this.stopping = true
    clearTimeout(this.restart)
    if (this.child === undefined) return
    this.child.kill('SIGTERM')
    const kill = setTimeout(() => {
      this.options.onEvent(`${this.name} did not stop within ${this.options.stopWithin / 1000} s; ending it`)
      this.kill()
    }, this.options.stopWithin)
    await this.ended
    clearTimeout(kill)
  }

  /** Ends it at once, with every process it started. */
  kill() {
    if (this.child?.pid === undefined) return
    try {
      process.kill(-this.child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}
