import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const credential = z.object({ secret: z.string().min(1), obtainedAt: z.number() })
const fileSchema = z.record(z.string(), z.record(z.string(), credential))

export type Credential = z.infer<typeof credential>

/** The secrets of the simulated devices, by platform and device, in a file only its owner can read. */
export class Credentials {
  private readonly devices: Map<string, Credential>

  private constructor(
    readonly path: string,
    private readonly origin: string,
    private readonly others: Record<string, Record<string, Credential>>,
  ) {
    this.devices = new Map(Object.entries(others[origin] ?? {}))
  }

  /** Reads `<dataDir>/simulators/credentials.json`; a missing file is an empty one, a damaged one an error. */
  static open(dataDir: string, origin: string): Credentials {
    const path = join(dataDir, 'simulators', 'credentials.json')
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return new Credentials(path, origin, {})
    }
    const parsed = fileSchema.safeParse(parseJson(text))
    if (!parsed.success) {
      throw new Error(`${path}: not a credentials file. Move it away; the secrets will then be rotated.`)
    }
    return new Credentials(path, origin, parsed.data)
  }

  get(device: string): Credential | undefined {
    return this.devices.get(device)
  }

  set(device: string, value: Credential): void {
    this.devices.set(device, value)
  }

  remove(device: string): void {
    this.devices.delete(device)
  }

  /** Writes the file whole, then renames it into place: a crash leaves the old or the new one. */
  save(): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const content = { ...this.others, [this.origin]: Object.fromEntries(this.devices) }
    const temporary = `${this.path}.${process.pid}.tmp`
    const descriptor = openSync(temporary, 'w', 0o600)
    try {
      writeSync(descriptor, JSON.stringify(content, undefined, 1))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, this.path)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
