/** A batch waiting for the store. */
export interface PendingBatch {
  readonly sequence: number
  readonly rows: number
  readonly bytes: number
  /** Receive time of its newest reading; 0 when unknown after a restart. */
  readonly receivedAt: number
}

/** Queue of batches, oldest first, that does not move the rest on every shift. */
export class BatchQueue {
  rows = 0
  bytes = 0
  #items: PendingBatch[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  at(index: number): PendingBatch | undefined {
    return this.#items[this.#head + index]
  }

  push(batch: PendingBatch): void {
    this.#items.push(batch)
    this.rows += batch.rows
    this.bytes += batch.bytes
  }

  shift(count: number): void {
    for (let at = 0; at < count; at++) this.#subtract(this.at(at) as PendingBatch)
    this.#head += count
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
  }

  replace(index: number, count: number, by: PendingBatch | undefined): void {
    const removed = this.#items.splice(this.#head + index, count, ...(by === undefined ? [] : [by]))
    for (const batch of removed) this.#subtract(batch)
    if (by === undefined) return
    this.rows += by.rows
    this.bytes += by.bytes
  }

  #subtract(batch: PendingBatch): void {
    this.rows -= batch.rows
    this.bytes -= batch.bytes
  }
}
