import type { Logger } from 'pino'

interface Startable {
  start(): unknown
  stop(): unknown
}

/** What has been started, and how to stop it in the reverse order. */
export class Running {
  private readonly ends: { name: string; end: () => unknown }[] = []

  constructor(private readonly log: Logger) {}

  async begin<Part extends Startable>(name: string, part: Part): Promise<Part> {
    await part.start()
    this.onStop(name, () => part.stop())
    return part
  }

  onStop(name: string, end: () => unknown): void {
    this.ends.push({ name, end })
  }

  /** A part that fails to stop is logged and does not keep the others from writing what they hold. */
  async stop(): Promise<void> {
    for (const { name, end } of this.ends.splice(0).reverse()) {
      try {
        await end()
        this.log.debug({ part: name }, 'stopped')
      } catch (error) {
        this.log.error({ err: error, part: name }, 'stop failed')
      }
    }
  }
}
