import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY, dayName } from './days.ts'

/** One Parquet file of a day: the datastreams `first` to `last`, sorted by (datastream, phenomenon time). */
export interface Part {
  path: string
  first: number
  last: number
  bytes: number
}

/**
 * One finished day. Its directory is `<YYYY-MM-DD>.<generation>`; rewriting a day makes a directory of the next
 * generation, and renaming it into place is the instant at which the day changes.
 */
export interface Partition {
  day: number
  generation: number
  directory: string
  /** Ascending and disjoint in datastreams. */
  parts: readonly Part[]
}

/** The partitions as they are now, held by a reader until released: their files are not deleted meanwhile. */
export interface PartitionLease {
  readonly partitions: ReadonlyMap<number, Partition>
  release(): void
}

const DIRECTORY_NAME = /^(\d{4}-\d{2}-\d{2})\.(\d+)$/
const FILE_NAME = /^(-?\d+)_(-?\d+)\.parquet$/
const UNFINISHED = '.unfinished'

/** The daily partitions below one directory and the rules that keep them whole over a crash. */
export class Partitions {
  readonly #root: string
  #byDay: ReadonlyMap<number, Partition>
  readonly #leases = new Set<Promise<void>>()

  private constructor(root: string, byDay: ReadonlyMap<number, Partition>) {
    this.#root = root
    this.#byDay = byDay
  }

  /** Reads the directory and clears what a crash left: unfinished directories and superseded generations. */
  static async open(root: string): Promise<Partitions> {
    await mkdir(root, { recursive: true })
    const newest = new Map<number, Partition>()
    for (const name of await readdir(root)) {
      const directory = join(root, name)
      if (name.endsWith(UNFINISHED)) {
        await rm(directory, { recursive: true })
        continue
      }
      const match = DIRECTORY_NAME.exec(name)
      if (!match) continue
      const day = Date.parse(`${match[1]}T00:00:00Z`) / DAY
      const generation = Number(match[2])
      const other = newest.get(day)
      if (other && other.generation > generation) {
        await rm(directory, { recursive: true })
        continue
      }
      if (other) await rm(other.directory, { recursive: true })
      newest.set(day, { day, generation, directory, parts: await readParts(directory) })
    }
    return new Partitions(root, newest)
  }

  get(day: number): Partition | undefined {
    return this.#byDay.get(day)
  }

  days(): number[] {
    return [...this.#byDay.keys()]
  }

  get size(): number {
    return this.#byDay.size
  }

  bytes(): number {
    let sum = 0
    for (const partition of this.#byDay.values()) for (const part of partition.parts) sum += part.bytes
    return sum
  }

  lease(): PartitionLease {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#leases.add(promise)
    return {
      partitions: this.#byDay,
      release: () => {
        this.#leases.delete(promise)
        resolve()
      },
    }
  }

  /** Resolves when every lease taken before this call has been released. */
  async leasesReleased(): Promise<void> {
    await Promise.all(this.#leases)
  }

  /** Makes an empty directory in which the next generation of a day is written. */
  async begin(day: number): Promise<string> {
    const directory = join(this.#root, `${dayName(day)}.${this.#nextGeneration(day)}${UNFINISHED}`)
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory)
    return directory
  }

  /** Makes the files written since `begin` durable and, with one rename, the day's content. */
  async publish(day: number, unfinished: string): Promise<Partition> {
    for (const name of await readdir(unfinished)) await synchronise(join(unfinished, name))
    await synchronise(unfinished)
    const generation = this.#nextGeneration(day)
    const directory = join(this.#root, `${dayName(day)}.${generation}`)
    await rename(unfinished, directory)
    await synchronise(this.#root)
    const partition = { day, generation, directory, parts: await readParts(directory) }
    this.#byDay = new Map(this.#byDay).set(day, partition)
    return partition
  }

  #nextGeneration(day: number): number {
    return (this.#byDay.get(day)?.generation ?? 0) + 1
  }
}

/** The file name of a part; the range in it lets a query skip the file unopened. */
export function partName(first: number, last: number): string {
  return `${first}_${last}.parquet`
}

/** The Parquet files in a directory, ascending. */
export async function readParts(directory: string): Promise<Part[]> {
  const parts: Part[] = []
  for (const name of await readdir(directory)) {
    const match = FILE_NAME.exec(name)
    if (!match) continue
    const path = join(directory, name)
    parts.push({ path, first: Number(match[1]), last: Number(match[2]), bytes: (await stat(path)).size })
  }
  return parts.sort((a, b) => a.first - b.first)
}

async function synchronise(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
