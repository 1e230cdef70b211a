import { parseArgs } from 'node:util'
import { parseIsoTime } from '@osprey/core/time'

/** A problem the user can solve: shown without a stack. */
export class UsageError extends Error {}

interface Option<T> {
  readonly parse: (text: string | undefined, name: string) => T
  readonly isFlag: boolean
  readonly multiple: boolean
  readonly placeholder: string
  readonly help: string
}

type Values<Spec> = { [Name in keyof Spec]: Spec[Name] extends Option<infer T> ? T : never }

/** A whole or fractional number within bounds. */
export function number<D extends number | undefined>(
  otherwise: D,
  help: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER, integer = true } = {},
): Option<number | D> {
  const parse = (text: string | undefined, name: string) => {
    if (text === undefined) return otherwise
    const value = Number(text)
    if (
      text.trim() === '' ||
      !Number.isFinite(value) ||
      value < min ||
      value > max ||
      (integer && value % 1 !== 0)
    ) {
      const kind = integer ? 'a whole number' : 'a number'
      throw new UsageError(`--${name}: ${JSON.stringify(text)}, expected ${kind} from ${min} to ${max}`)
    }
    return value
  }
  return { parse, isFlag: false, multiple: false, placeholder: 'N', help: withDefault(help, otherwise) }
}

export function text<D extends string | undefined>(
  otherwise: D,
  placeholder: string,
  help: string,
): Option<string | D> {
  const parse = (given: string | undefined): string | D => given ?? otherwise
  return { parse, isFlag: false, multiple: false, placeholder, help: withDefault(help, otherwise) }
}

/** One of a list of words. */
export function choice<const T extends string>(words: readonly T[], otherwise: T, help: string): Option<T> {
  const parse = (given: string | undefined, name: string) => {
    const value = given ?? otherwise
    if (!words.includes(value as T)) {
      throw new UsageError(`--${name}: ${JSON.stringify(given)}, expected ${words.join(' | ')}`)
    }
    return value as T
  }
  return {
    parse,
    isFlag: false,
    multiple: false,
    placeholder: words.join('|'),
    help: withDefault(help, otherwise),
  }
}

/** Any text read by a function that throws UsageError. */
export function parsed<T>(
  read: (text: string) => T,
  placeholder: string,
  help: string,
): Option<T | undefined> {
  const parse = (given: string | undefined, name: string) => {
    if (given === undefined) return undefined
    try {
      return read(given)
    } catch (error) {
      throw new UsageError(`--${name}: ${(error as Error).message}`)
    }
  }
  return { parse, isFlag: false, multiple: false, placeholder, help }
}

/** An instant as ISO 8601 with offset; epoch ms. */
export function instant(help: string): Option<number | undefined> {
  return parsed(
    (given) => {
      const time = parseIsoTime(given)
      if (time === undefined) throw new Error(`${JSON.stringify(given)}, expected ISO 8601 with offset`)
      return time
    },
    'TIME',
    help,
  )
}

/** May be given several times. */
export function list(placeholder: string, help: string): Option<string[]> {
  const parse = (given: string | undefined) => (given === undefined ? [] : (JSON.parse(given) as string[]))
  return { parse, isFlag: false, multiple: true, placeholder, help: `${help}; may be repeated` }
}

export function flag(help: string): Option<boolean> {
  return { parse: (given) => given !== undefined, isFlag: true, multiple: false, placeholder: '', help }
}

/** The options every tool has that talks to the platform. */
export const PLATFORM_OPTIONS = {
  url: text('http://127.0.0.1:8080', 'URL', 'the platform'),
  'data-dir': text(
    process.env['OSPREY_DATA_DIR'] ?? './data',
    'DIR',
    'where its operator token and the device secrets are',
  ),
  'mqtt-host': text(undefined, 'HOST', 'the broker; by default the host of --url'),
  'mqtt-port': number(undefined, 'by default what the platform says', { min: 1, max: 65_535 }),
  ca: text(undefined, 'FILE', 'PEM file of the authority behind the broker’s certificate'),
}

/** Reads the command line. `--help` prints all options and exits. Throws UsageError naming option and value. */
export function parseCommandLine<Spec extends Record<string, Option<unknown>>>(
  title: string,
  spec: Spec,
  args: readonly string[] = process.argv.slice(2),
): Values<Spec> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText(title, spec))
    process.exit(0)
  }
  const options = Object.fromEntries(
    Object.entries(spec).map(([name, option]) => [
      name,
      { type: option.isFlag ? ('boolean' as const) : ('string' as const), multiple: option.multiple },
    ]),
  )
  let values: Record<string, unknown>
  try {
    values = parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message} See --help.`)
  }
  const result: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(spec)) {
    const value = values[name]
    result[name] = option.parse(
      Array.isArray(value) ? JSON.stringify(value) : (value as string | undefined),
      name,
    )
  }
  return result as Values<Spec>
}

/** Aborts at the first SIGINT or SIGTERM, for an orderly end; the second ends the program. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}

/** Runs a tool: usage problems and refusals are told in one line, anything else with its stack. */
export async function runTool(main: () => Promise<number>): Promise<void> {
  // `| head` closes our output early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  try {
    process.exitCode = await main()
  } catch (error) {
    process.exitCode = 1
    const isExpected =
      error instanceof Error && error.constructor !== TypeError && error.constructor !== RangeError
    process.stderr.write(`${isExpected ? error.message : (error as Error).stack}\n`)
  }
}

function helpText(title: string, spec: Record<string, Option<unknown>>): string {
  const lines = Object.entries(spec).map(([name, option]) => {
    const left = `  --${name}${option.isFlag ? '' : ` ${option.placeholder}`}`
    return `${left.padEnd(34)} ${option.help}`
  })
  return `${title}\n\n${lines.join('\n')}\n`
}

function withDefault(help: string, otherwise: unknown): string {
  return otherwise === undefined ? help : `${help} (${otherwise})`
}
