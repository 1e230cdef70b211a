import { closeSync, createReadStream, fdatasync, fdatasyncSync, openSync, write, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Bytes waiting for the disk above which a run stops sending; what is in flight by then still fits. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024

/**
 * Lines `device,sequence,acknowledgedAt` (epoch ms), on disk before `flush` resolves. What it lists was
 * acknowledged for certain; it is the reference that a store is compared with after a fault.
 */
export class AcknowledgementLog {
  private readonly descriptor: number
  private lines: string[] = []
  private waiting = 0
  private flushing: Promise<void> | undefined

  constructor(readonly path: string) {
    this.descriptor = openSync(path, 'a', 0o600)
  }

  add(device: string, sequence: number, acknowledgedAt: number): void {
    const line = `${device},${sequence},${acknowledgedAt}\n`
    this.lines.push(line)
    this.waiting += line.length
  }

  get full(): boolean {
    return this.waiting > MAX_WAITING_BYTES
  }

  /** Writes and syncs what was added so far. One write at a time; rejects when the disk fails. */
  flush(): Promise<void> {
    this.flushing ??= this.writeOut().finally(() => {
      this.flushing = undefined
    })
    return this.flushing
  }

  /** Writes the rest and closes the file. */
  async close(): Promise<void> {
    await this.flushing?.catch(() => undefined)
    if (this.lines.length > 0) writeSync(this.descriptor, this.takeLines())
    fdatasyncSync(this.descriptor)
    closeSync(this.descriptor)
  }

  private async writeOut(): Promise<void> {
    if (this.lines.length === 0) return
    await writeAll(this.descriptor, Buffer.from(this.takeLines(), 'latin1'))
    await new Promise<void>((resolve, reject) => {
      fdatasync(this.descriptor, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  private takeLines(): string {
    const text = this.lines.join('')
    this.lines = []
    this.waiting = 0
    return text
  }
}

/** Reads a log back: the acknowledged sequences by device. A torn last line is left out. */
export async function readAcknowledgementLog(path: string): Promise<Map<string, Set<number>>> {
  const acknowledged = new Map<string, Set<number>>()
  for await (const line of createInterface({ input: createReadStream(path, 'latin1') })) {
    const match = /^([^,]+),(\d+),\d{13}$/.exec(line)
    if (match === null) continue
    const device = match[1] as string
    let sequences = acknowledged.get(device)
    if (sequences === undefined) {
      sequences = new Set()
      acknowledged.set(device, sequences)
    }
    sequences.add(Number(match[2]))
  }
  return acknowledged
}

async function writeAll(descriptor: number, bytes: Buffer): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    written += await new Promise<number>((resolve, reject) => {
      write(descriptor, bytes, written, bytes.length - written, null, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    })
  }
}
