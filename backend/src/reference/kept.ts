interface Entry<Value> {
  value: Promise<Value>
  /** 0 while it is being made. */
  size: number
}

/** What takes long to make, kept for the next who asks: the last used, bounded by number and by size. */
export class Kept<Value> {
  /** The last used at the end. */
  private readonly entries = new Map<string, Entry<Value>>()
  private size = 0

  constructor(
    private readonly most: number,
    private readonly mostSize: number,
    private readonly sizeOf: (value: Value) => number,
  ) {}

  /** Whoever asks while it is being made waits for the same. A failure is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.entries.get(key)
    const entry = known ?? { value: make(), size: 0 }
    this.entries.delete(key)
    this.entries.set(key, entry)
    if (!known) {
      entry.value.then(
        (value) => this.made(key, entry, this.sizeOf(value)),
        () => this.drop(key, entry),
      )
      this.trim()
    }
    return entry.value
  }

  clear(): void {
    this.entries.clear()
    this.size = 0
  }

  private made(key: string, entry: Entry<Value>, size: number): void {
    if (this.entries.get(key) !== entry) return
    entry.size = size
    this.size += size
    this.trim()
  }

  private trim(): void {
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= this.most && this.size <= this.mostSize) return
      this.drop(key, entry)
    }
  }

  private drop(key: string, entry: Entry<Value>): void {
    if (this.entries.get(key) !== entry) return
    this.entries.delete(key)
    this.size -= entry.size
  }
}
