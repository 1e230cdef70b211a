/** Lets at most so many messages a second pass, in order of asking. Backfills share one. */
export class Pacer {
  private next = 0

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How long to wait for the next free place, ms; the place is then taken. */
  reserve(): number {
    const now = this.now()
    const place = Math.max(now, this.next)
    this.next = place + 1000 / this.perSecond
    return place - now
  }
}
