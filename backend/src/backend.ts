import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CommandQueue } from '@osprey/journal/commands'
import { DeviceDirectory } from '@osprey/journal/directory'
import { Journal } from '@osprey/journal/journal'
import type { Logger } from 'pino'
import type { Access } from './access/access.ts'
import { isCrossOrigin } from './access/peer.ts'
import { type AccessParts, startAccess } from './access/start-access.ts'
import { Accounts } from './accounts/accounts.ts'
import { Links } from './accounts/links.ts'
import { Notices } from './accounts/notices.ts'
import { ResetRequests } from './accounts/reset-requests.ts'
import { alertParts, startAlerts, tellWatchers } from './alerts/start-alerts.ts'
import { CONTROLLERS } from './app.module.ts'
import { Audit } from './audit/audit.ts'
import { AuditLog } from './audit/audit-log.ts'
import { HeadFiles } from './audit/head-files.ts'
import { HeadWebhook } from './audit/head-webhook.ts'
import { Heads } from './audit/heads.ts'
import { LastHead } from './audit/last-head.ts'
import { openSigningKey } from './audit/signing-key.ts'
import { Backups } from './backup/backups.ts'
import { refuseUnfinishedRestore } from './backup/places.ts'
import { Commands } from './commands/commands.ts'
import { type Config, VERSION } from './config.ts'
import { Database } from './database/database.ts'
import { makeEvaluation } from './evaluation/make-evaluation.ts'
import { ApiDocument } from './http/api-document.ts'
import { HttpServer } from './http/server.ts'
import { JobWork } from './jobs.ts'
import { LiveHub } from './live/live.ts'
import { watcher } from './live/watcher.ts'
import { Mail } from './mail/mail.ts'
import { startNotifications } from './notifications/start-notifications.ts'
import type { ArchivableStore } from './observations/archivable.ts'
import { DuckDbStore } from './observations/duckdb-store.ts'
import { InfluxStore } from './observations/influx-store.ts'
import { ObservationReader } from './observations/observations.controller.ts'
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
import { DeviceMessages } from './registry/device-messages.controller.ts'
import { Devices } from './registry/devices.ts'
import { PresenceBoard } from './registry/presence.ts'
import { Properties } from './registry/properties.ts'
import { Registry } from './registry/registry.ts'
import { Sites } from './registry/sites.ts'
import { StationFiles } from './registry/station-files.ts'
import { StationJson } from './registry/station-json.ts'
import { stateReader } from './registry/station-state.ts'
import { Stations } from './registry/stations.ts'
import { loadRules } from './rules/load-rules.ts'
import { ruleParts } from './rules/rule-parts.ts'
import { Running } from './running.ts'
import { startSilences } from './silences/start-silences.ts'
import { Jurisdictions } from './territory/jurisdictions.ts'
import { Territories } from './territory/territories.ts'

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
    refuseUnfinishedRestore(config.dataDir)
    const database = await running.begin('database', new Database(config.dataDir, config.databaseUrl, log))
    void database.lostTo.then(restart.resolve)
    const { audit, auditLog, heads } = await startAudit(config, database, running, log)
    const accessParts = await startAccess(config, database, audit, running, log)
    const { access, sessions, tokens } = accessParts
    const people = startPeople(config, database, audit, accessParts, running, log)
    const files = openFiles(config, running)
    const registered = await loadRegistry(database, files, audit, log)
    const alerting = startAlerts(database, log)
    // Before the notifications: they tell of what is not held back.
    const holding = await startSilences({ database, audit, ...registered, ...alerting })
    const telling = await startNotifications(
      config,
      { database, audit, box: accessParts.box, ...alerting, ...people, ...registered },
      running,
      log,
    )
    const flow = await startFlow(
      config,
      { database, audit, ...files, ...registered, ...alerting },
      restart.resolve,
      running,
      log,
    )
    const { registry, jurisdictions, territories } = registered
    const live = startLive(config, access, territories, flow, running, log)
    tellWatchers(alerting.alerts, live)
    telling.notifications.showOn(live)
    for (const changing of [registry, jurisdictions]) changing.onChange(() => live.registryChanged())
    for (const ending of [sessions, tokens]) {
      ending.onEnded((ended) => live.disconnect(({ session }) => session !== undefined && ended.has(session)))
    }
    const metrics = new Metrics()
    for (const one of measurements({
      ...files,
      ...registered,
      ...flow,
      ...people,
      ...telling,
      ...alerting,
      live,
      heads,
    }))
      metrics.measure(one)
    const parts = interfaceParts(
      config,
      {
        database,
        audit,
        auditLog,
        heads,
        accessParts,
        live,
        metrics,
        ...people,
        journal: files.journal,
        ...registered,
        ...flow,
        ...alerting,
        ...holding,
        ...telling,
      },
      log,
    )
    const http = await running.begin(
      'http',
      new HttpServer(config, { access, territories, metrics, live, parts }, log),
    )
    const url = addressOf(config, http.port)
    log.info({ url }, 'ready')
    return { url, restartNeeded: restart.promise, stop: () => running.stop() }
  } catch (error) {
    await running.stop()
    throw error
  }
}

/** Begun before everything that is recorded and stopped after it, so that the last head covers all of it. */
async function startAudit(config: Config, database: Database, running: Running, log: Logger) {
  const { directory, webhook, webhookToken } = config.audit
  const audit = new Audit(database)
  const auditLog = new AuditLog(database, audit)
  const heads = new Heads({
    audit,
    chain: auditLog,
    files: new HeadFiles(directory ?? join(config.dataDir, 'audit-heads')),
    last: new LastHead(join(config.dataDir, 'audit-last-head.json')),
    key: openSigningKey(join(config.dataDir, 'audit-key.pem')),
    webhook: webhook === undefined ? undefined : new HeadWebhook({ url: webhook, token: webhookToken }, log),
    now: Date.now,
    log,
  })
  await running.begin('audit heads', heads)
  try {
    await audit.note({ action: 'platform.started', object: null, after: { version: VERSION } })
  } catch (error) {
    // A damaged log refuses changes; readings are taken all the same.
    log.error({ err: error }, 'the start could not be recorded in the audit log')
  }
  return { audit, auditLog, heads }
}

/** Mail, and what people do with one-time links. */
function startPeople(
  config: Config,
  database: Database,
  audit: Audit,
  { passwords, events, ownAccount, secondFactor }: AccessParts,
  running: Running,
  log: Logger,
) {
  const { publicUrl } = config
  const mail = new Mail({ config: config.mail, log })
  running.onStop('mail', () => mail.stop())
  const links = new Links(database, audit, passwords, events)
  const resets = new ResetRequests({ database, audit, events, links, mail, publicUrl, log })
  running.onStop('reset requests', () => resets.stop())
  const notices = new Notices(database, mail, log)
  ownAccount.onPasswordChanged((username) => void notices.passwordChanged(username))
  secondFactor.onSwitched((username, to) => void notices.secondFactorChanged(username, to))
  return { mail, links, resets, notices }
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

async function loadRegistry(
  database: Database,
  { directory }: ReturnType<typeof openFiles>,
  audit: Audit,
  log: Logger,
) {
  const resolver = new Resolver()
  const registry = new Registry(database, resolver)
  await registry.load()
  const presence = new PresenceBoard(database)
  await presence.load()
  const ledger = new Ledger()
  const devices = new Devices(registry, presence, ledger, directory, audit, log)
  await devices.start()
  const stations = new Stations(registry, audit)
  const datastreams = new Datastreams(registry)
  const jurisdictions = new Jurisdictions(database, registry, audit)
  await jurisdictions.load()
  const territories = new Territories(registry, jurisdictions)
  const alerting = await loadRules(database, registry, jurisdictions, audit)
  return {
    resolver,
    registry,
    devices,
    presence,
    ledger,
    stations,
    datastreams,
    jurisdictions,
    territories,
    ...alerting,
  }
}

type Registered = Awaited<ReturnType<typeof loadRegistry>>
type Alerting = ReturnType<typeof startAlerts>
type FlowInputs = Registered & ReturnType<typeof openFiles> & Alerting & { database: Database; audit: Audit }

/** The way of the readings: journal → pipeline → outbox → archive → store. */
async function startFlow(
  config: Config,
  inputs: FlowInputs,
  restartNeeded: (error: Error) => void,
  running: Running,
  log: Logger,
) {
  const { database, audit, journal, outbox, queue, resolver, presence, ledger, datastreams } = inputs
  const store = await running.begin('store', createStore(config, inputs))
  const latest = new Latest(resolver)
  let archive: Archive | undefined
  const refusals = new Refusals(database)
  const commands = new Commands(database, queue, audit, log)
  const evaluation = makeEvaluation({
    ...inputs,
    store,
    storedUpTo: () => archive?.stats().oldestPending ?? Date.now(),
    log,
  })
  const pipeline = new Pipeline({
    journal,
    outbox,
    resolver,
    ledger,
    latest,
    judging: evaluation,
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
  inputs.devices.onRemoved((id) => pipeline.forgetMessagesOf(id))
  const { quarantined } = pipeline
  archive = await running.begin('archive', new Archive({ outbox, store, ledger, quarantined, log }))
  return { store, latest, refusals, commands, pipeline, archive, outbox, resolver, evaluation }
}

type Flow = Awaited<ReturnType<typeof startFlow>>

function createStore(config: Config, { registry, datastreams }: Registered): ArchivableStore {
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
  territories: Territories,
  { resolver, latest }: Flow,
  running: Running,
  log: Logger,
): LiveHub {
  const live = new LiveHub({
    resolver,
    latest,
    authenticate: (request) => watcher(access, territories, request),
    originAllowed: (request) => !isCrossOrigin(request, allowedOrigins),
    standing: (sessions) => access.standing(sessions),
    now: Date.now,
    log,
  })
  running.onStop('live', () => live.stop())
  return live
}

interface Inside
  extends Registered,
    Flow,
    Alerting,
    Awaited<ReturnType<typeof startSilences>>,
    ReturnType<typeof startPeople> {
  notificationParts: object[]
  database: Database
  audit: Audit
  auditLog: AuditLog
  heads: Heads
  accessParts: AccessParts
  live: LiveHub
  metrics: Metrics
  resolver: Resolver
  journal: Journal
}

/** What the controllers are given. */
function interfaceParts(config: Config, inside: Inside, log: Logger): object[] {
  const { database, audit, accessParts, live, metrics, registry, stations, devices, datastreams, presence } =
    inside
  const { store, ledger, pipeline, refusals, commands, resolver, latest, auditLog, heads } = inside
  const { jurisdictions, territories, mail, links, resets, notices } = inside
  const { publicUrl } = config
  const json = new StationJson(registry, datastreams, stateReader(resolver, latest))
  const layers = new Layers(database, audit)
  jurisdictions.onChange(() => {
    json.forget()
    layers.forget()
  })
  return [
    jurisdictions,
    territories,
    auditLog,
    heads,
    accessParts.access,
    accessParts.sessions,
    accessParts.tokens,
    accessParts.secondFactor,
    accessParts.logIn,
    accessParts.singleSignOn,
    accessParts.ownAccount,
    accessParts.events,
    mail,
    links,
    resets,
    notices,
    new Accounts({
      database,
      audit,
      links,
      mail,
      notices,
      secondFactor: accessParts.secondFactor,
      publicUrl,
      limits: config,
      disconnect: (username) => live.disconnect((identity) => identity.username === username),
    }),
    live,
    metrics,
    registry,
    stations,
    devices,
    presence,
    refusals,
    commands,
    new Sites(registry, audit),
    new Properties(registry, audit),
    new StationFiles(registry, stations),
    json,
    layers,
    ...ruleParts(
      {
        ...inside,
        pending: () => inside.evaluation.pending(),
        unknown: (rules) => inside.evaluation.unknown(rules),
        faulty: (rules) => inside.evaluation.faulty(rules),
      },
      log,
    ),
    ...alertParts(inside),
    inside.silenceDesk,
    ...inside.notificationParts,
    new ObservationReader(
      (query) => store.series(query),
      (query) => store.aggregate(query),
    ),
    new DeviceMessages((device) => pipeline.messagesOf(device)),
    new LedgerReader(
      () => pipeline.total(),
      (device) => ledger.device(device),
      (page) => ledger.devices(page),
    ),
    flowHealth(inside),
    PublicConfig.of(config),
    new ApiDocument(CONTROLLERS),
    new Backups(
      { ...inside, config, holdTrimming: () => pipeline.holdTrimming(), now: Date.now },
      audit,
      log,
    ),
    new JobRunner(database, log),
    new JobWork(
      () => store.compact(Date.now()),
      () => Promise.all([accessParts.sweep(), links.sweep()]),
      () => commands.expire(),
      () => devices.syncRest(),
      () => heads.sign(),
      () => inside.noise.review(),
      `${hostname()} ${config.dataDir}`,
      log,
    ),
  ]
}

function addressOf({ tls, host }: Config, port: number): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
