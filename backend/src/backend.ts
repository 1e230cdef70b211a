import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CommandQueue } from '@osprey/journal/commands'
import { DeviceDirectory } from '@osprey/journal/directory'
import { Journal } from '@osprey/journal/journal'
import type { Logger } from 'pino'
import { Access } from './access/access.ts'
import { announceAdministrator } from './access/announce.ts'
import { isCrossOrigin } from './access/peer.ts'
import { CONTROLLERS } from './app.module.ts'
import { Commands } from './commands/commands.ts'
import type { Config } from './config.ts'
import { Database } from './database/database.ts'
import { ApiDocument } from './http/api-document.ts'
import { HttpServer } from './http/server.ts'
import { JobWork } from './jobs.ts'
import { LiveHub } from './live/live.ts'
import { DuckDbStore } from './observations/duckdb-store.ts'
import { InfluxStore } from './observations/influx-store.ts'
import { ObservationReader } from './observations/observations.controller.ts'
import type { ObservationStore } from './observations/store.ts'
import { flowHealth } from './operations/flow-health.ts'
import { JobRunner } from './operations/job-runner.ts'
import { measurements } from './operations/measurements.ts'
import { Metrics } from './operations/metrics.ts'
import { PublicConfig } from './operations/operations.controller.ts'
import { Archive } from './pipeline/archive.ts'
import { Latest } from './pipeline/latest.ts'
import { Ledger } from './pipeline/ledger.ts'
import { Outbox } from './pipeline/outbox.ts'
import { Pipeline } from './pipeline/pipeline.ts'
import { Resolver } from './pipeline/resolver.ts'
import { Layers } from './reference/layers.ts'
import { LedgerReader } from './refusals/ledger.controller.ts'
import { Refusals } from './refusals/refusals.ts'
import { Datastreams } from './registry/datastreams.ts'
import { Devices } from './registry/devices.ts'
import { PresenceBoard } from './registry/presence.ts'
import { Properties } from './registry/properties.ts'
import { Registry } from './registry/registry.ts'
import { Sites } from './registry/sites.ts'
import { StationFiles } from './registry/station-files.ts'
import { StationJson } from './registry/station-json.ts'
import { stateReader } from './registry/station-state.ts'
import { Stations } from './registry/stations.ts'
import { Running } from './running.ts'

export interface RunningBackend {
  url: string
  /** Resolves with the reason when only a new process can go on, as after the journal was rebuilt. */
  restartNeeded: Promise<Error>
  /** Stops everything in the reverse order of its start. */
  stop(): Promise<void>
}

/**
 * The composition root: builds and starts every part in order and hands back how to stop them.
 * When one fails to start, those started before it are stopped again and the failure is thrown.
 */
export async function startBackend(config: Config, log: Logger): Promise<RunningBackend> {
  const running = new Running(log)
  const restart = Promise.withResolvers<Error>()
  try {
    const database = await running.begin('database', new Database(config.dataDir, config.databaseUrl, log))
    const access = new Access(database, { ...config, announce: announceAdministrator }, log)
    await access.start()
    const files = openFiles(config, running)
    const registered = await loadRegistry(database, files, log)
    const flow = await startFlow(config, { database, ...files, ...registered }, restart.resolve, running, log)
    const live = startLive(config, access, flow, running, log)
    registered.registry.onChange(() => live.registryChanged())
    const metrics = new Metrics()
    for (const one of measurements({ ...files, ...registered, ...flow, live })) metrics.measure(one)
    const parts = interfaceParts(config, { database, access, live, metrics, ...registered, ...flow }, log)
    const http = await running.begin('http', new HttpServer(config, { access, metrics, live, parts }, log))
    const url = addressOf(config, http.port)
    log.info({ url }, 'ready')
    return { url, restartNeeded: restart.promise, stop: () => running.stop() }
  } catch (error) {
    await running.stop()
    throw error
  }
}

/** The LMDB environments: the journal's, shared with the broker, and the outbox. */
function openFiles({ dataDir, journalMaxBytes, outboxMaxBytes }: Config, running: Running) {
  const journalPath = join(dataDir, 'journal')
  const outboxPath = join(dataDir, 'outbox')
  for (const path of [journalPath, outboxPath]) mkdirSync(path, { recursive: true, mode: 0o700 })
  const journal = Journal.open(journalPath, { maxBytes: journalMaxBytes })
  running.onStop('journal', () => journal.close())
  const directory = DeviceDirectory.open(journalPath)
  running.onStop('device directory', () => directory.close())
  const queue = CommandQueue.open(journalPath)
  running.onStop('command queue', () => queue.close())
  const outbox = Outbox.open(outboxPath, { maxBytes: outboxMaxBytes, now: Date.now() })
  running.onStop('outbox', () => outbox.close())
  return { journal, directory, queue, outbox }
}

async function loadRegistry(database: Database, { directory }: ReturnType<typeof openFiles>, log: Logger) {
  const resolver = new Resolver()
  const registry = new Registry(database, resolver)
  await registry.load()
  const devices = new Devices(registry, directory, log)
  await devices.start()
  const presence = new PresenceBoard(database)
  await presence.load()
  const stations = new Stations(registry)
  const datastreams = new Datastreams(registry)
  return { resolver, registry, devices, presence, stations, datastreams }
}

type Registered = Awaited<ReturnType<typeof loadRegistry>>
type FlowInputs = Registered & ReturnType<typeof openFiles> & { database: Database }

/** The way of the readings: journal → pipeline → outbox → archive → store. */
async function startFlow(
  config: Config,
  inputs: FlowInputs,
  restartNeeded: (error: Error) => void,
  running: Running,
  log: Logger,
) {
  const { database, journal, outbox, queue, resolver, presence, datastreams } = inputs
  const store = await running.begin('store', createStore(config, inputs))
  const latest = new Latest(resolver)
  const ledger = new Ledger()
  const refusals = new Refusals(database)
  const commands = new Commands(database, queue, log)
  const pipeline = new Pipeline({
    journal,
    outbox,
    resolver,
    ledger,
    latest,
    sinks: {
      createDatastreams: (wanted) => datastreams.create(wanted),
      rejected: (notices) => refusals.rejected(notices),
      presence: (notices) => presence.take(notices),
      refused: (notices) => refusals.refused(notices),
      commandResult: (notices) => commands.results(notices),
      quarantined: (notices) => refusals.quarantined(notices),
    },
    storedLatest: () => store.latest(),
    restartNeeded,
    now: Date.now,
    log,
  })
  await running.begin('pipeline', pipeline)
  const { quarantined } = pipeline
  const archive = await running.begin('archive', new Archive({ outbox, store, ledger, quarantined, log }))
  return { store, latest, ledger, refusals, commands, pipeline, archive, outbox, resolver }
}

type Flow = Awaited<ReturnType<typeof startFlow>>

function createStore(config: Config, { registry, datastreams }: Registered): ObservationStore {
  const { influx, dataDir, duckdbMemory } = config
  if (!influx) {
    return new DuckDbStore({ directory: join(dataDir, 'observations'), memoryLimit: duckdbMemory })
  }
  return new InfluxStore({
    ...influx,
    describe: (id) => datastreams.describe(id),
    datastreamOf: (station, property) => registry.datastreamOf(station, property)?.id,
  })
}

function startLive(
  { allowedOrigins }: Config,
  access: Access,
  { resolver, latest }: Flow,
  running: Running,
  log: Logger,
): LiveHub {
  const live = new LiveHub({
    resolver,
    latest,
    authenticate: (request) => access.authenticateWatcher(request),
    originAllowed: (request) => !isCrossOrigin(request, allowedOrigins),
    standing: (sessions) => access.standing(sessions),
    now: Date.now,
    log,
  })
  running.onStop('live', () => live.stop())
  return live
}

interface Inside extends Registered, Flow {
  database: Database
  access: Access
  live: LiveHub
  metrics: Metrics
  resolver: Resolver
}

/** What the controllers are given. */
function interfaceParts(config: Config, inside: Inside, log: Logger): object[] {
  const { database, access, live, metrics, registry, stations, devices, datastreams, presence } = inside
  const { store, ledger, pipeline, refusals, commands, resolver, latest } = inside
  return [
    access,
    live,
    metrics,
    registry,
    stations,
    devices,
    presence,
    refusals,
    commands,
    new Sites(registry),
    new Properties(registry),
    new StationFiles(registry, stations),
    new StationJson(registry, datastreams, stateReader(resolver, latest)),
    new Layers(database),
    new ObservationReader(
      (query) => store.series(query),
      (query) => store.aggregate(query),
    ),
    new LedgerReader(
      () => pipeline.total(),
      (device) => ledger.device(device),
      (page) => ledger.devices(page),
    ),
    flowHealth(inside),
    PublicConfig.of(config),
    new ApiDocument(CONTROLLERS),
    new JobRunner(database, log),
    new JobWork(
      () => store.compact(Date.now()),
      () => access.sweep(),
      () => commands.expire(),
      () => devices.syncRest(),
      `${hostname()} ${config.dataDir}`,
      log,
    ),
  ]
}

function addressOf({ tls, host }: Config, port: number): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
