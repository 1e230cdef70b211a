import { createPublicKey, type KeyObject } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { FINDING_REASONS } from './findings.ts'
import { keyId } from './head.ts'
import { HeadBook } from './head-book.ts'
import { linesOf } from './lines.ts'
import { type Expected, type Verification, Verifier } from './verify.ts'

const USAGE = `npm run audit:verify -- <export.ndjson> [options]

  --heads <file or folder>   signed heads; may be given several times
  --key <public-key.pem>     public key of the heads; may be given several times.
                             Without it the keys in a folder of heads are taken
  --unsigned                 compare with heads although there is no key: anybody can write such heads
  --from <number>            the export was made from this entry on (1 unless given)
  --to <number>              the export was made when the log ended at this entry

Ends with 0 when no manipulation was found, 1 when one was, 2 when nothing could be verified.
`

const NO_KEY = `--heads without a public key: anybody can write heads that nobody checks. Name your copy of the key
with --key public-key.pem, or say --unsigned to compare with heads that prove nothing.
`

class UsageError extends Error {}

/**
 * `npm run audit:verify`: verifies an exported audit log with no server. Answers the exit code: 0 when no
 * manipulation was found, 1 when one was, 2 when nothing could be verified.
 */
export async function verifyCommand(
  given: string[],
  output: { say: (text: string) => void; complain: (text: string) => void },
): Promise<number> {
  try {
    return await verifyFiles(given, output.say)
  } catch (error) {
    const { message } = error as Error
    output.complain(error instanceof UsageError ? message : `audit:verify: ${message}\n`)
    return 2
  }
}

async function verifyFiles(given: string[], say: (text: string) => void): Promise<number> {
  if (given.includes('--help')) {
    say(USAGE)
    return 0
  }
  const { file, heads, keys, unsigned, expected } = readArguments(given)
  if (heads.length > 0 && keys.length === 0 && !unsigned) throw new UsageError(NO_KEY)
  const book = new HeadBook(keys.map(({ key }) => key))
  for (const path of heads) {
    let number = 0
    for await (const line of linesOf(createReadStream(path))) {
      number++
      book.add(line.toString('utf8'), `${basename(path)} line ${number}`)
    }
  }
  const verifier = new Verifier(book, expected)
  for await (const line of linesOf(createReadStream(file, { highWaterMark: 1024 * 1024 })))
    verifier.take(line)
  const verification = verifier.end()
  say(report(file, verification, keys))
  return verification.found === 0 ? 0 : 1
}

function readArguments(given: string[]) {
  const { values, positionals } = parse(given)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError(USAGE)
  const heads = (values.heads ?? []).flatMap(headFilesOf)
  const keyPaths = values.key ?? (values.heads ?? []).flatMap(keyFilesOf)
  const expected: Expected = { from: numberOf('--from', values.from), to: numberOf('--to', values.to) }
  return { file, heads, keys: keyPaths.map(readKey), unsigned: values.unsigned === true, expected }
}

function parse(given: string[]) {
  try {
    return parseArgs({
      args: given,
      allowPositionals: true,
      options: {
        heads: { type: 'string', multiple: true },
        key: { type: 'string', multiple: true },
        unsigned: { type: 'boolean' },
        from: { type: 'string' },
        to: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new UsageError(`${option}: ${text}, expected a sequence number such as 1\n`)
}

function headFilesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => /^heads-.*\.jsonl$/.test(name))
  if (names.length === 0) throw new UsageError(`--heads: no heads-….jsonl in ${path}\n`)
  return names.sort().map((name) => join(path, name))
}

function keyFilesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return []
  return readdirSync(path)
    .filter((name) => /^public-key.*\.pem$/.test(name))
    .map((name) => join(path, name))
}

function readKey(path: string): { path: string; key: KeyObject } {
  try {
    const key = createPublicKey(readFileSync(path))
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${key.asymmetricKeyType} key`)
    return { path, key }
  } catch (error) {
    throw new UsageError(
      `--key: ${path}: ${(error as Error).message}, expected an Ed25519 public key as PEM\n`,
    )
  }
}

function report(
  file: string,
  { entries, first, last, heads, findings, found }: Verification,
  keys: readonly { path: string; key: KeyObject }[],
): string {
  const range =
    first && last
      ? `entries ${first.sequence} to ${last.sequence}, ${first.time} to ${last.time}`
      : 'no entry'
  const lines = [`${file}: ${entries} read, ${range}`]
  if (heads.given === 0) {
    lines.push(
      'No signed heads were given (--heads): the entries fit each other, but a log that was rewritten from',
      'some entry to its end, or cut off at its end, cannot be told from a true one.',
    )
  } else {
    lines.push(
      `${heads.given} signed heads: ${heads.matched} entries match theirs, ${heads.outside} are of entries outside the file`,
      ...(heads.signaturesChecked
        ? [anchorLine(heads.anchoredTo), ...keyLines(keys)]
        : [
            'Their signatures were NOT checked (--unsigned): anybody can have written them, they prove nothing.',
          ]),
    )
  }
  for (const { reason, at, sequence, detail } of findings) {
    const entry = sequence === null ? '' : `entry ${sequence}: `
    lines.push(`${at ? `${at}: ` : ''}${entry}${reason}: ${FINDING_REASONS[reason]}. ${detail}`)
  }
  if (found > findings.length) lines.push(`… and ${found - findings.length} more`)
  lines.push(found === 0 ? 'No manipulation found.' : `${found} ${found === 1 ? 'finding' : 'findings'}.`)
  return `${lines.join('\n')}\n`
}

function anchorLine(to: number | undefined): string {
  return to === undefined ? 'No entry of the file is anchored by a head.' : `Anchored up to entry ${to}.`
}

function keyLines(keys: readonly { path: string; key: KeyObject }[]): string[] {
  const ids = new Map(keys.map(({ path, key }) => [keyId(key), path]))
  return [
    `Signatures checked with ${[...ids].map(([id, path]) => `key ${id} (${path})`).join(', ')}:`,
    'compare the key with a copy kept elsewhere.',
  ]
}
