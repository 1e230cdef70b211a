interface Change<T> {
  instance: T
  index: number
  /** Sequence of the last journal entry before it. */
  from: number
}

/**
 * Which instances have changed since they were last saved, oldest change first. The journal is kept from the oldest
 * change on: read again from there, every instance comes to where it was.
 */
export class SaveQueue<T> {
  #dirty = new Uint8Array(0)
  /** Where each one's present change began; entries of the queue that say otherwise are of changes saved since. */
  #from = new Float64Array(0)
  #queue: Change<T>[] = []
  #head = 0
  #urgent = new Set<number>()

  get length(): number {
    return this.#queue.length - this.#head
  }

  get urgent(): number {
    return this.#urgent.size
  }

  /** Forgets everything: the instances have other numbers now. */
  reset(count: number): void {
    this.#dirty = new Uint8Array(count)
    this.#from = new Float64Array(count)
    this.#queue = []
    this.#head = 0
    this.#urgent.clear()
  }

  isDirty(index: number): boolean {
    return this.#dirty[index] === 1
  }

  /** `from`: sequence of the last journal entry before the change. */
  mark(instance: T, index: number, from: number): void {
    if (this.#dirty[index] === 1) return
    this.#dirty[index] = 1
    this.#from[index] = from
    this.#queue.push({ instance, index, from })
  }

  /** To be saved in the next transaction, before any other. */
  hurry(instance: T, index: number, from: number): void {
    this.mark(instance, index, from)
    this.#urgent.add(index)
  }

  /**
   * Takes all urgent ones and the oldest others, until `most` are taken or `take` answers false for enough.
   */
  take(most: number, take: (instance: T, index: number) => boolean): void {
    let taken = 0
    if (this.#urgent.size > 0) {
      for (let at = this.#head; at < this.#queue.length; at++) {
        const each = this.#queue[at] as Change<T>
        if (!this.#urgent.has(each.index) || !this.#isOpen(each)) continue
        this.#dirty[each.index] = 0
        taken++
        take(each.instance, each.index)
      }
      this.#urgent.clear()
    }
    let goesOn = true
    while (goesOn && this.#head < this.#queue.length && taken < most) {
      const each = this.#queue[this.#head] as Change<T>
      this.#head++
      if (!this.#isOpen(each)) continue
      this.#dirty[each.index] = 0
      taken++
      goesOn = take(each.instance, each.index)
    }
    this.#skipSaved()
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  /** Sequence from after which the journal is needed, or undefined when all is saved. */
  get oldest(): number | undefined {
    return this.#queue[this.#head]?.from
  }

  *changed(): Generator<Change<T> & { isUrgent: boolean }> {
    for (let at = this.#head; at < this.#queue.length; at++) {
      const each = this.#queue[at] as Change<T>
      if (this.#isOpen(each)) yield { ...each, isUrgent: this.#urgent.has(each.index) }
    }
  }

  #isOpen({ index, from }: Change<T>): boolean {
    return this.#dirty[index] === 1 && this.#from[index] === from
  }

  #skipSaved(): void {
    while (this.#head < this.#queue.length && !this.#isOpen(this.#queue[this.#head] as Change<T>))
      this.#head++
  }
}
