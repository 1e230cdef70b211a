import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensureBuilt, SERVED_WORKSPACES } from './build.mjs'
import { takeDataDirectory } from './data-lock.mjs'
import { Failure, runMain } from './failure.mjs'
import { webAddress } from './health.mjs'
import { ensureInstalled } from './install.mjs'
import { Platform } from './platform.mjs'
import { checkPorts } from './ports.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (line) => console.log(line)

/** Everything `npm start` does, in order; it returns once the platform is up and lives on in its signal handlers. */
export function launch() {
  // A closed terminal or pipe must not keep the services from being stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  return runMain(async () => {
    const env = environment(process.env)
    const release = takeDataDirectory(env.OSPREY_DATA_DIR)
    process.once('exit', release)
    await ensureInstalled(ROOT, say)
    await ensureBuilt(ROOT, SERVED_WORKSPACES, say)
    const config = await readConfig(env)
    await checkPorts(listeners(config))

    // From here on only this user's data is written.
    process.umask(0o077)
    const platform = new Platform({ root: ROOT, env, config, say })
    stopOnSignals(platform)
    await platform.start()
    say(welcome(config, platform))
  })
}

/** What the services get: the user's environment, demo on unless said otherwise, and one absolute data directory. */
function environment(env) {
  return {
    NODE_ENV: 'production',
    OSPREY_DEMO: '1',
    ...env,
    OSPREY_DATA_DIR: resolve(ROOT, env.OSPREY_DATA_DIR ?? 'data'),
  }
}

async function readConfig(env) {
  const module = join(ROOT, 'core', 'dist', 'config.js')
  if (!existsSync(module))
    throw new Failure('core/dist/config.js is missing after the build: run `npm run build`.')
  const { parseConfig } = await import(pathToFileURL(module).href)
  const result = parseConfig(env)
  if (!result.ok) throw new Failure(`the configuration cannot be used:\n  ${result.problems.join('\n  ')}`)
  return result.config
}

function listeners(config) {
  const { host } = config
  return [
    { port: config.httpPort, host, use: 'web', variable: 'OSPREY_HTTP_PORT' },
    { port: config.mqttPort, host, use: 'MQTT', variable: 'OSPREY_MQTT_PORT' },
    { port: config.mqttWebSocketPort, host, use: 'MQTT over WebSocket', variable: 'OSPREY_MQTT_WS' },
    {
      port: config.brokerMetricsPort,
      host: '127.0.0.1',
      use: 'broker metrics',
      variable: 'OSPREY_BROKER_METRICS_PORT',
    },
  ]
}

function stopOnSignals(platform) {
  let asked = false
  const stop = async () => {
    if (asked) {
      platform.kill()
      process.exit(1)
    }
    asked = true
    say('Stopping; Ctrl-C again ends everything at once.')
    await platform.stop()
    say('Stopped.')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
}

function welcome(config, platform) {
  const password = platform.passwordShown ? ' with the password above' : ''
  const visit = config.demo && config.loopback ? ', or look around with "Visit without an account"' : ''
  return [
    '',
    `  Osprey is ready: ${webAddress(config)}`,
    `  Log in as admin${password}${visit}.`,
    `  Instruments connect to ${config.tls ? 'mqtts' : 'mqtt'}://${config.host}:${config.mqttPort}`,
    `  Data and logs: ${config.dataDir}. Ctrl-C stops.`,
    '',
  ].join('\n')
}
