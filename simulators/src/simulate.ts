import {
  flag,
  instant,
  interruption,
  list,
  number,
  PLATFORM_OPTIONS,
  parseCommandLine,
  runTool,
  UsageError,
} from './command-line.ts'
import { HOUR, SECOND } from './environment/calendar.ts'
import { World } from './environment/world.ts'
import { Fleet } from './fleet/fleet.ts'
import { connectPlatform, findBroker } from './platform/connection.ts'
import { Credentials } from './platform/credentials.ts'
import { SCENARIOS, scenarioById } from './scenarios/catalogue.ts'
import { groundTruth } from './scenarios/ground-truth.ts'
import type { Occurrence } from './scenarios/schedule.ts'

const OPTIONS = {
  interval: number(5, 'seconds between reports of a station', { min: 1, max: 3600 }),
  'backfill-hours': number(48, 'how much of the past an empty platform is given', { max: 720 }),
  'backfill-rate': number(10, 'messages a second that carry the past', { min: 1, max: 1000 }),
  seed: number(1, 'another seed is another course of events', { max: 2_147_483_647 }),
  scenario: list('NAME', 'start a scenario now'),
  'no-schedule': flag('no scenarios but those started by --scenario'),
  'list-scenarios': flag('list the scenarios and exit'),
  'ground-truth': flag('print what happens from --from to --to as JSON lines and exit'),
  from: instant('for --ground-truth; 24 hours ago unless given'),
  to: instant('for --ground-truth; in 24 hours unless given'),
  ...PLATFORM_OPTIONS,
}

async function main(): Promise<number> {
  const options = parseCommandLine(
    'Simulates the territory of Echuan: 88 stations and what happens to them.',
    OPTIONS,
  )
  const now = Date.now()
  if (options['list-scenarios']) return listScenarios()
  const triggered = options.scenario.map((name) => trigger(name, now + 5 * SECOND))
  const world = new World({ seed: options.seed, quiet: options['no-schedule'], triggered })
  if (options['ground-truth']) {
    const { from = now - 24 * HOUR, to = now + 24 * HOUR } = options
    for (const truth of groundTruth(world.calendar, from, to))
      process.stdout.write(`${JSON.stringify(truth)}\n`)
    return 0
  }

  const client = connectPlatform(options)
  const credentials = Credentials.open(options['data-dir'], client.origin)
  for (const { scenario } of triggered) say(`${scenario.id} starts now: ${scenario.summary}`)
  const fleet = new Fleet({
    client,
    credentials,
    findBroker: () => findBroker(client, options),
    world,
    interval: options.interval * SECOND,
    backfillHours: options['backfill-hours'],
    backfillRate: options['backfill-rate'],
    say,
    signal: interruption(),
  })
  await fleet.run()
  return 0
}

function trigger(name: string, start: number): Occurrence {
  const scenario = scenarioById(name)
  if (scenario === undefined) {
    const names = SCENARIOS.map(({ id }) => id).join(', ')
    throw new UsageError(`--scenario: ${JSON.stringify(name)}, expected one of ${names}`)
  }
  return { scenario, start }
}

function listScenarios(): number {
  for (const { id, title, summary, schedule } of SCENARIOS) {
    const share = Math.round(schedule.share * 100)
    process.stdout.write(`${id.padEnd(20)} ${title.en} · ${title.zh}\n${' '.repeat(21)}${summary}\n`)
    process.stdout.write(
      `${' '.repeat(21)}By itself on ${share} % of days around ${schedule.hour.toFixed(0)} h local time.\n\n`,
    )
  }
  return 0
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`)
}

await runTool(main)
