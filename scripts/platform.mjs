import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.mjs'
import { waitUntilHealthy, webAddress } from './health.mjs'
import { pinnedNode } from './install.mjs'
import { Service } from './service.mjs'
import { LogFile, parseEntry, shortLine } from './service-log.mjs'

/** At most 6 files of 10 MB for each service. */
const LOG_LIMITS = { maxBytes: 10 * 1024 * 1024, keep: 5 }

/** First start as root on a slow disk: PostgreSQL is initialised and migrated. */
const READY_WITHIN = 120_000
const EARLY_EXITS = 3

/** The processes of one installation, in starting order; they stop in the order of `STOPPING`. */
const SERVICES = [
  { name: 'broker', script: 'broker/dist/main.js', stopWithin: 15_000 },
  { name: 'backend', script: 'backend/dist/main.js', stopWithin: 30_000 },
]
const SIMULATORS = {
  name: 'simulators',
  script: 'simulators/dist/simulate.js',
  stopWithin: 5_000,
  args: simulatorArguments,
}

/** Instruments first, so that the broker drains; the backend last, so that it archives what the broker took in. */
const STOPPING = ['simulators', 'broker', 'backend']

/** Broker, backend and, in a demo, the simulated instruments, as one thing that starts and stops. */
export class Platform {
  /** @param {{root: string, env: NodeJS.ProcessEnv, config: object, say: (line: string) => void}} options */
  constructor({ root, env, config, say }) {
    this.root = root
    this.env = env
    this.config = config
    this.say = say
    this.services = new Map()
    this.passwordShown = false
    this.failure = new Promise((_, reject) => {
      this.giveUp = reject
    })
    this.failure.catch(() => {})
  }

  /** Resolves when the web app can be used; rejects with a Failure, everything stopped, when it cannot start. */
  async start() {
    mkdirSync(join(this.config.dataDir, 'logs'), { recursive: true, mode: 0o700 })
    try {
      for (const service of SERVICES) this.#run(service)
      await Promise.race([waitUntilHealthy(this.config, READY_WITHIN), this.failure])
    } catch (error) {
      await this.stop()
      throw error
    }
    for (const service of this.services.values()) service.markReady()
    if (this.config.demo && !this.stopping) this.#run(SIMULATORS).markReady()
  }

  #run({ name, script, stopWithin, args = () => [] }) {
    const log = new LogFile(join(this.config.dataDir, 'logs', `${name}.log`), LOG_LIMITS)
    const service = new Service({
      name,
      file: pinnedNode(this.root),
      args: [join(this.root, script), ...args(this.config)],
      cwd: this.root,
      env: this.env,
      stopWithin,
      maxEarlyExits: EARLY_EXITS,
      onLine: (line) => this.#show(name, line, log),
      onEvent: this.say,
      onGivingUp: () =>
        this.giveUp(new Failure(`${name} does not start; its messages are above and in ${log.path}.`)),
    })
    this.services.set(name, service)
    service.start()
    return service
  }

  /** A first password, which the backend prints for the user's eyes, goes to the terminal and to no file. */
  #show(name, line, log) {
    const secret = parseEntry(line) === undefined && /password/i.test(line)
    if (secret) this.passwordShown = true
    else log.write(line)
    const short = shortLine(name, line)
    if (short !== undefined) this.say(short)
  }

  async stop() {
    this.stopping = true
    for (const name of STOPPING) await this.services.get(name)?.stop()
  }

  kill() {
    for (const service of this.services.values()) service.kill()
  }
}

function simulatorArguments(config) {
  const certificate = config.tls === null ? [] : ['--ca', config.tls.certPath]
  return ['--url', webAddress(config), '--data-dir', config.dataDir, ...certificate]
}
