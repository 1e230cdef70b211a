import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { append, T0, temporaryDirectory } from '../pipeline/spine.fixture.ts'
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
  await report([10_000, 150, 10], [20, 150])
  expect(await told(1)).toEqual(['station fired 20'])
  expect(flow.evaluation.stats().observations.fromFuture).toBe(1)
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
  const back = { kind: 'listening', receivedAt: T0 + 3_600_000, deviceId: '', topic: '', qos: 0 } as const
  await append(flow.journal, { ...back, payload: new Uint8Array(0) })
  await flow.publish({ device: 'device-station', receivedAt: T0 + 3_600_000, kind: 'status', payload: {} })
  await passes(3601)
  await restart()
  await passes(3659)
  expect(flow.evaluation.stats().transitions.fired).toBe(0)
  await passes(3661)
  expect(await told(1)).toEqual(['station fired 3660'])
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

test('while a rule waits for its past nothing is judged by what came in meanwhile', async () => {
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
  expect(await told(1)).toEqual(['station fired 240'])
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
