import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { Station } from '../pipeline/resolver.ts'
import { append, silentLog, T0, temporaryDirectory } from '../pipeline/spine.fixture.ts'
import { above, JudgedFlow, type JudgedOptions, memorySystem, STATION, silent } from './evaluation.fixture.ts'

let directory: ReturnType<typeof temporaryDirectory>
let system: ReturnType<typeof memorySystem>
let flow: JudgedFlow
/** Seconds after T0. */
let clock = 0

beforeEach(() => {
  directory = temporaryDirectory()
  system = memorySystem()
  clock = 0
})

afterEach(async () => {
  await flow.stop()
  directory.remove()
})

async function start(options: Partial<JudgedOptions> = {}): Promise<void> {
  flow = new JudgedFlow(directory.path, system, { now: () => T0 + clock * 1000, ...options })
  await flow.start()
  await warm()
}

async function warm(): Promise<void> {
  while (flow.evaluation.stats().instances.cold > 0) await turn()
}

async function restart(): Promise<void> {
  await flow.stop()
  await start()
}

/** Rules or stations are others now. */
async function changed(): Promise<void> {
  await flow.evaluation.changed()
  await warm()
}

/** Readings of pm25, `[second, value]`, received when they were taken unless said otherwise. */
async function report(...readings: [second: number, value: number, receivedAt?: number][]): Promise<void> {
  const messages = readings.map(([second, value, received = second]) => {
    clock = Math.max(clock, received)
    const payload = { time: T0 + second * 1000, values: { pm25: value } }
    return { device: 'device-station', receivedAt: T0 + received * 1000, payload }
  })
  await flow.publish(...messages)
  await flow.settled()
}

/** The broker says that it listens at this second, and the second passes. */
async function passes(second: number): Promise<void> {
  clock = second
  await flow.journal.noteListening(T0 + second * 1000)
  flow.pipeline.sweep(T0 + second * 1000)
}

/** The broker listens again at this second; before, it last did at `until`. */
async function listens(second: number, until: number): Promise<void> {
  const entry = { kind: 'listening', deviceId: '', topic: '', qos: 0 } as const
  const payload = Buffer.from(JSON.stringify({ until: T0 + until * 1000 }))
  await append(flow.journal, { ...entry, receivedAt: T0 + second * 1000, payload })
  // Of what is no reading the account does not tell whether it was taken.
  while (flow.pipeline.stats().backlog > 0) await turn()
}

/** What was told so far, once `count` transitions were. */
async function told(count: number): Promise<string[]> {
  await system.alerts.when(() => system.alerts.told.length >= count)
  return system.alerts.timeline(T0)
}

test('a breach is told once it holds, and its end', async () => {
  system.rules.set('high', above(100, { holdSeconds: 60 }))
  await start()
  await report([0, 50], [60, 150], [90, 150], [120, 160], [180, 120], [240, 90])
  expect(await told(2)).toEqual(['station fired 120', 'station resolved 240'])
  const [fired, resolved] = system.alerts.told
  expect(fired).toMatchObject({ rule: 'high', ruleVersion: 1, station: 'station', trigger: 'condition' })
  expect(fired?.transition).toMatchObject({ since: T0 + 60_000, severity: 'moderate', value: 160 })
  expect(resolved).toMatchObject({ alert: fired?.alert, resolution: 'cleared', transition: { peak: 160 } })
})

test('late, repeated and unusable readings neither fire nor clear', async () => {
  system.rules.set('high', above(100))
  await start()
  await report(
    [100, 50],
    [60, 150, 101],
    [100, 150, 102],
    [110, 5000, 110],
    [120, 150],
    [90, 0, 121],
    [120, 0, 122],
  )
  expect(await told(1)).toEqual(['station fired 120'])
  expect(flow.evaluation.stats().transitions).toEqual({ fired: 1, raised: 0, resolved: 0 })
})

test('a reading from the future does not stop the clock of a rule', async () => {
  const definition = above(100)
  system.rules.set('high', { ...definition, qualityFlags: [1, 2, 3, 4] })
  await start()
  await report([10_000, 50, 10], [311, 50, 10], [20, 150])
  expect(await told(1)).toEqual(['station fired 20'])
  expect(flow.evaluation.stats().observations.fromFuture).toBe(2)
})

test('hold time and open alerts go on over a restart', async () => {
  system.rules.set('high', above(100, { holdSeconds: 60, clearSeconds: 60 }))
  await start()
  await report([0, 150])
  await restart()
  await report([60, 150])
  await told(1)
  await restart()
  await report([90, 50])
  await restart()
  await report([150, 50])
  expect(await told(2)).toEqual(['station fired 60', 'station resolved 150'])
  expect(flow.evaluation.stats().corrections).toBe(0)
})

test('an hour of backend downtime is judged from the journal, as if it had not been', async () => {
  system.rules.set('high', above(100))
  system.rules.set('quiet', silent(600))
  await start()
  await report([0, 50])
  await passes(10)
  await flow.archive.stop()
  await flow.pipeline.stop()
  for (const [second, value] of [
    [300, 150],
    [600, 50],
    [2400, 50],
    [2900, 50],
    [3000, 50],
  ] as const) {
    const payload = { time: T0 + second * 1000, values: { pm25: value } }
    await flow.publish({ device: 'device-station', receivedAt: T0 + second * 1000, payload })
  }
  await flow.journal.noteListening(T0 + 3_600_000)
  await flow.close()
  clock = 3600
  await start()
  await flow.settled()
  // Silent from 600 to 2400; since 3000 for the grace time only at 3600.
  expect(await told(4)).toEqual([
    'station fired 300',
    'station resolved 600',
    'station fired 1200',
    'station resolved 2400',
  ])
  flow.pipeline.sweep(T0 + 3_600_000)
  expect((await told(5)).at(-1)).toBe('station fired 3600')
})

test('silence fires after its grace time and ends with the next reading', async () => {
  system.rules.set('quiet', silent(60, 'datastream'))
  await start()
  await report([0, 1])
  await changed()
  await passes(59)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(61)
  await report([90, 1])
  expect(await told(2)).toEqual(['station|pm25 fired 60', 'station|pm25 resolved 90'])
  expect(system.alerts.told[0]).toMatchObject({
    property: 'pm25',
    trigger: 'no_data',
    transition: { since: T0 },
  })
})

test('a broker that was away is not a silent sensor', async () => {
  system.rules.set('quiet', silent(60))
  await start()
  await report([0, 1])
  await changed()
  await passes(30)
  // The broker is away: its last mark stays where it is.
  clock = 3600
  flow.pipeline.sweep(T0 + 3_600_000)
  await listens(3600, 30)
  await passes(3601)
  await restart()
  // Half of the grace time had passed; then the devices have a minute to connect again.
  await passes(3689)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(3691)
  expect(await told(1)).toEqual(['station fired 3690'])
})

test('a broker that restarts again and again does not hide a station that is dead', async () => {
  system.rules.set('quiet', silent(600))
  await start()
  await report([0, 1])
  await changed()
  for (let second = 300; second <= 900; second += 300) {
    await passes(second - 1)
    await listens(second, second - 1)
  }
  await passes(1000)
  // 600 s and twice 61.
  expect(await told(1)).toEqual(['station fired 722'])
})

test('a journal whose mark cannot be read keeps no station live, and nobody is found silent by it', async () => {
  system.rules.set('quiet', silent(600))
  await start()
  await report([0, 1])
  await changed()
  const live = flow.latest.status(flow.resolver.station('station') as Station)
  flow.journal.listenedUntil = () => {
    throw new Error('input/output error')
  }
  flow.pipeline.sweep(T0 + 3_600_000)
  expect([live, flow.latest.status(flow.resolver.station('station') as Station)]).toEqual(['live', 'silent'])
  expect(flow.pipeline.stats().lastError).toBe('input/output error')
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
})

test('what another journal may have told is not silence', async () => {
  system.rules.set('quiet', silent(600))
  await start()
  await report([0, 1])
  await changed()
  await passes(10)
  await flow.stop()
  rmSync(join(directory.path, 'journal'), { recursive: true })
  clock = 5000
  await start()
  await passes(5599)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(5601)
  expect(await told(1)).toEqual(['station fired 5600'])
})

test('a rule for silence that was switched off and on tells of a station that is still silent', async () => {
  system.rules.set('quiet', silent(60))
  await start()
  await report([0, 1])
  await changed()
  await passes(61)
  await told(1)
  system.rules.remove('quiet')
  await changed()
  await told(2)
  clock = 100
  system.rules.set('quiet', silent(60))
  await changed()
  await passes(159)
  await restart()
  await passes(161)
  expect(await told(3)).toEqual(['station fired 60', 'station resolved 61', 'station fired 160'])
  expect(system.alerts.open.size).toBe(1)
})

test('silence that goes on after its alert was resolved by hand is another alert', async () => {
  system.rules.set('quiet', silent(60))
  await start()
  await report([0, 1])
  await changed()
  await passes(61)
  await told(1)
  const { alert } = system.alerts.told[0] as { alert: string }
  clock = 70
  flow.evaluation.resolve('quiet', 'station', alert)
  system.alerts.open.clear()
  await restart()
  await passes(129)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(131)
  expect(await told(2)).toEqual(['station fired 60', 'station fired 130'])
  expect(system.alerts.told[1]?.alert).not.toBe(alert)
})

test('a rule switched off and on before the next reading opens another alert', async () => {
  system.rules.set('high', above(100))
  await start()
  await report([0, 150])
  await told(1)
  system.rules.remove('high')
  await changed()
  clock = 10
  system.rules.set('high', above(100))
  await changed()
  await told(3)
  expect(system.alerts.open.size).toBe(1)
  await report([60, 50], [120, 150])
  await told(5)
  const [first, , second] = system.alerts.told.map(({ alert }) => alert)
  expect(second).not.toBe(first)
  expect(system.alerts.open.size).toBe(1)
})

test('a clock of the broker that ran a day ahead does not blind windows', async () => {
  const hourly = { statistic: 'mean', windowSeconds: 3600, slotSeconds: 1800, aligned: true }
  system.rules.set('hourly', above(100, {}, hourly))
  await start()
  await report([0, 50], [1800, 50])
  // The clock of the whole machine is set: forward, and an hour later back.
  clock = 90_000
  await listens(90_000, 1800)
  await passes(90_060)
  clock = 3700
  await listens(3700, 90_060)
  await restart()
  await report([4000, 150], [5400, 160])
  await passes(7261)
  expect(await told(1)).toEqual(['station fired 7200'])
  expect(system.alerts.told[0]?.transition).toMatchObject({ value: 155 })
})

test('windows are not judged before their time, whatever the clock of the broker says', async () => {
  const hourly = { statistic: 'mean', windowSeconds: 3600, slotSeconds: 1800, aligned: true }
  system.rules.set('hourly', above(100, {}, hourly))
  await start()
  await report([0, 150])
  clock = 100
  await listens(90_000, 10)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await report([1800, 50], [3599, 50])
  await passes(3661)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
})

test('a site is silent when all its stations are, and those never heard are left out', async () => {
  system.rules.stations = [STATION, { ...STATION, id: 'second' }, { ...STATION, id: 'never' }]
  system.rules.set('quiet', silent(60, 'site'))
  await start()
  const reading = (station: string, second: number) => ({
    device: `device-${station}`,
    receivedAt: T0 + second * 1000,
    payload: { time: T0 + second * 1000, values: { pm25: 1 } },
  })
  await flow.publish(reading('station', 0), reading('second', 50))
  await flow.settled()
  await changed()
  await passes(109)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(110)
  expect(await told(1)).toEqual(['site:site fired 110'])
  expect(system.alerts.told[0]).toMatchObject({ station: null, site: 'site' })
})

test('silence that was told is remembered over a restart', async () => {
  system.rules.set('quiet', silent(60))
  await start()
  await report([0, 1])
  await changed()
  await passes(61)
  await told(1)
  await restart()
  await passes(200)
  await report([210, 1])
  expect(await told(2)).toEqual(['station fired 60', 'station resolved 210'])
})

test('an edited rule goes on with the open alert, a removed one ends it', async () => {
  system.rules.set('high', above(100))
  await start()
  await report([0, 150])
  await told(1)
  system.rules.set('high', above(200), 2)
  await changed()
  // The new version is judged by the newest reading at once.
  expect(await told(2)).toEqual(['station fired 0', 'station resolved 0'])
  await report([120, 300])
  await told(3)
  system.rules.remove('high')
  await changed()
  await told(4)
  expect(system.alerts.told[3]).toMatchObject({ resolution: 'rule_inactive', transition: { peak: 300 } })
  expect(system.alerts.open.size).toBe(0)
})

test('a station that left the scope while the backend was down ends its alert', async () => {
  system.rules.set('high', above(100))
  await start()
  await report([0, 150])
  await told(1)
  await flow.stop()
  system.rules.stations = []
  await start()
  await told(2)
  expect(system.alerts.told[1]).toMatchObject({ resolution: 'out_of_scope', station: 'station' })
})

test('a new rule knows the past from the store, and is judged by the newest reading', async () => {
  system.rules.set('other', above(10_000))
  await start()
  const minutes = Array.from({ length: 60 }, (_, minute) => minute)
  await report(...minutes.map((minute) => [minute * 60, minute < 30 ? 100 : 200] as [number, number]))
  system.rules.set('mean', above(140, {}, { statistic: 'mean', minimumCoverage: 0.9 }))
  await changed()
  expect(await told(1)).toEqual(['station fired 3540'])
  expect(system.alerts.told[0]?.transition).toMatchObject({ value: 150 })
})

test('a rule that waits for its past judges what came in meanwhile once it has it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const empty = { times: new Float64Array(0), values: new Float64Array(0), qualities: new Uint8Array(0) }
  await start({ history: () => promise.then(() => empty) })
  await report([0, 150])
  system.rules.set('high', above(100))
  await flow.evaluation.changed()
  await report([60, 150], [120, 160], [180, 50])
  expect(flow.evaluation.stats()).toMatchObject({ instances: { cold: 1 }, transitions: { fired: 0 } })
  resolve()
  await warm()
  await report([240, 170])
  expect(await told(3)).toEqual(['station fired 60', 'station resolved 180', 'station fired 240'])
})

test('an edit that changes nothing of how a rule judges keeps its hold time, and the store is not asked', async () => {
  let asked = 0
  const history = async () => {
    asked++
    return { times: new Float64Array(0), values: new Float64Array(0), qualities: new Uint8Array(0) }
  }
  const definition = above(100, { holdSeconds: 60 })
  system.rules.set('high', definition)
  await start({ history })
  await report([0, 150])
  const before = asked
  system.rules.set('high', { ...definition, name: 'another name' }, 2)
  await flow.evaluation.changed()
  expect(flow.evaluation.stats().instances.cold).toBe(0)
  expect(flow.evaluation.pending()).toMatchObject([{ since: T0, ruleName: 'another name', ruleVersion: 2 }])
  await restart()
  await report([60, 150])
  expect(await told(1)).toEqual(['station fired 60'])
  expect(system.alerts.told[0]).toMatchObject({ ruleVersion: 2 })
  expect(asked).toBe(before)
})

test('what was received while an edited rule waits for its past is judged, over a second edit too', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const empty = { times: new Float64Array(0), values: new Float64Array(0), qualities: new Uint8Array(0) }
  await start({ history: () => promise.then(() => empty) })
  await report([0, 50])
  system.rules.set('high', above(200))
  await flow.evaluation.changed()
  await report([60, 150], [120, 160])
  system.rules.set('high', above(100), 2)
  await flow.evaluation.changed()
  await report([180, 50])
  resolve()
  await warm()
  expect(await told(2)).toEqual(['station fired 60', 'station resolved 180'])
})

test('nothing is made again when nothing differs', async () => {
  const applied: number[] = []
  const { Instances } = await import('./instances.ts')
  system.rules.stations = Array.from({ length: 50 }, (_, at) => ({ ...STATION, id: `s${at}` }))
  system.rules.set('high', above(100))
  await start()
  const instances = new Instances({
    rules: system.rules,
    resolver: flow.resolver,
    build: (options) => new RuleInstance(options),
    now: () => T0,
    log: silentLog,
    apply: (next) => void applied.push(next.length),
  })
  await instances.update()
  const first = instances.get('high', 's0')
  await instances.update()
  expect(applied).toEqual([50])
  // Another name of a station is no other machine; a station more is one more.
  system.rules.stations = system.rules.stations.map((each) => ({ ...each, name: 'renamed' }))
  await instances.update()
  expect(applied).toEqual([50])
  system.rules.stations = [...system.rules.stations, { ...STATION, id: 'more' }]
  system.rules.set('low', above(1))
  await instances.update()
  expect(applied).toEqual([50, 102])
  system.rules.remove('low')
  system.rules.stations = system.rules.stations.slice(0, 10)
  await instances.update()
  expect(applied).toEqual([50, 102, 10])
  expect(instances.get('high', 's0')).toBe(first)
})

test('an alert resolved by hand is forgotten; one the database does not know is not kept firing', async () => {
  system.rules.set('high', above(100))
  await start()
  await report([0, 150])
  await told(1)
  const { alert } = system.alerts.told[0] as { alert: string }
  flow.evaluation.resolve('high', 'station', 'another')
  expect(flow.evaluation.current('high', 'station')).toMatchObject({ value: 150, holds: true })
  flow.evaluation.resolve('high', 'station', alert)
  system.alerts.open.clear()
  await report([60, 160])
  await told(2)
  expect(new Set(system.alerts.told.map((notice) => notice.alert)).size).toBe(2)
  await flow.stop()
  system.alerts.open.clear()
  await start()
  while (flow.evaluation.stats().corrections === 0) await turn()
  await report([120, 170])
  expect(await told(3)).toEqual(['station fired 0', 'station fired 60', 'station fired 120'])
})

test('an open alert whose machine was lost is taken over, and one without a rule is ended', async () => {
  const open = {
    ruleVersion: 1,
    target: 'station',
    station: 'station',
    other: null,
    site: null,
    property: null,
  }
  const alert = {
    ...open,
    trigger: 'condition',
    severity: 'moderate',
    since: T0 - 60_000,
    firedAt: T0 - 30_000,
  } as const
  system.alerts.open.set('kept', { ...alert, id: 'kept', rule: 'high' })
  system.alerts.open.set('left', { ...alert, id: 'left', rule: 'gone' })
  system.rules.set('high', above(100))
  await start()
  await told(1)
  await report([0, 50])
  await told(2)
  const ends = system.alerts.told.map(({ alert, resolution }) => [alert, resolution])
  expect(ends).toEqual([
    ['left', 'rule_inactive'],
    ['kept', 'cleared'],
  ])
})

test('pending conditions are told on demand', async () => {
  system.rules.set('high', above(100, { holdSeconds: 600 }))
  await start()
  await report([0, 150], [60, 160])
  expect(flow.evaluation.pending()).toEqual([
    expect.objectContaining({ rule: 'high', target: 'station', since: T0, value: 160, unit: 'ug/m3' }),
  ])
})

test('alerts are never shed: while too many wait the pipeline reads no further', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  system.alerts.before = () => promise
  system.rules.set('high', above(100))
  await start({ queueBytes: 2000 })
  for (let second = 0; flow.pipeline.stats().state !== 'alerts_full'; second++) {
    const payload = { time: T0 + second * 1000, values: { pm25: second % 2 === 0 ? 150 : 50 } }
    await flow.publish({ device: 'device-station', receivedAt: T0 + second * 1000, payload })
  }
  const published = flow.journal.lastSequence()
  resolve()
  await flow.settled()
  await told(published)
  expect(system.alerts.told).toHaveLength(published)
})

test('a rule whose windows never fill is known not to judge', async () => {
  const quarters = { statistic: 'mean', windowSeconds: 3600, slotSeconds: 900, minimumCoverage: 0.75 }
  system.rules.set('hourly', above(100, {}, quarters))
  system.rules.set('last', above(100))
  const rules = new Set(['hourly', 'last'])
  const unknown = () => flow.evaluation.unknown(rules).map(({ rule, station }) => `${rule} ${station}`)
  await start()
  await report([0, 150])
  expect(unknown()).toEqual([])
  await report([3600, 150], [7200, 150])
  expect(unknown()).toEqual(['hourly station'])
  expect(flow.evaluation.unknown(new Set(['last']))).toEqual([])
  await restart()
  expect(unknown()).toEqual(['hourly station'])
  await report([8100, 150], [9000, 150], [9900, 150])
  expect(unknown()).toEqual([])
})

test('an alert does not outlive the hours of its rule', async () => {
  const time = (second: number) => new Date(T0 + second * 1000).toISOString().slice(11, 16)
  const hours = [{ days: [1, 2, 3, 4, 5, 6, 7], from: time(0), to: time(7200), holidays: 'include' as const }]
  system.rules.set('high', { ...above(100), schedule: hours })
  await start()
  await report([0, 150], [3600, 150], [7260, 150])
  expect(await told(2)).toEqual(['station fired 0', 'station resolved 7260'])
  expect(system.alerts.told[1]).toMatchObject({ resolution: 'hours_ended' })
})

test('a machine that fails takes neither the readings nor other rules with it', async () => {
  system.rules.set('broken', above(100))
  system.rules.set('sound', above(200))
  const { RuleInstance } = await import('@osprey/core/alerting/rule-instance')
  class Broken extends RuleInstance {
    override settle(emit: Parameters<RuleInstance['settle']>[0]): void {
      super.settle(emit)
      if (this.current().value === 250) throw new RangeError('Invalid time value')
    }
  }
  await start({
    build: (options) =>
      options.definition.trigger.kind === 'condition' && JSON.stringify(options).includes('"value":100')
        ? new Broken(options)
        : new RuleInstance(options),
  })
  await report([0, 50], [60, 250], [120, 150])
  expect(system.store.rows.size).toBe(3)
  await told(2)
  expect(system.alerts.told.map(({ rule }) => rule)).toContain('sound')
  expect(flow.evaluation.stats()).toMatchObject({ faults: 1, instances: { troubled: 1 } })
  expect(flow.evaluation.faulty(new Set(['broken', 'sound'])).map(({ rule }) => rule)).toEqual(['broken'])
})

test('a limit of an hour beside the newest value is not known before the first hour has ended', async () => {
  const hourly = {
    kind: 'comparison',
    measure: { property: 'o3', statistic: 'mean', windowSeconds: 3600, aligned: true },
    operator: 'exceeds',
    threshold: { kind: 'limit', limit: 'GB 3095-2026 / II / O3 / 1h' },
  }
  const newest = (above(100).trigger as { condition: object }).condition
  system.rules.set('both', above(0, { condition: { kind: 'any', conditions: [hourly, newest] } }))
  await start()
  await report([0, 50], [60, 150])
  expect(await told(1)).toEqual(['station fired 60'])
  expect(system.store.rows.size).toBe(2)
  expect(flow.evaluation.stats().faults).toBe(0)
})

test('a state that cannot be saved does not hold the journal', async () => {
  system.rules.set('high', above(100))
  const { RuleInstance } = await import('@osprey/core/alerting/rule-instance')
  class Unsaveable extends RuleInstance {
    override snapshot(): Uint8Array {
      throw new Error('no')
    }
  }
  await start({ build: (options) => new Unsaveable(options) })
  await report([0, 150], [60, 50], [120, 150])
  await told(3)
  await flow.pipeline.stop()
  expect(flow.evaluation.neededFrom).toBe(flow.journal.lastSequence())
  expect(flow.evaluation.stats().saved.failed).toBeGreaterThan(0)
})
