import type { DeltaMessage, ServerMessage, SnapshotMessage } from '@osprey/core/live'
import type { System } from './system.ts'

/** A client of the live WebSocket. */
export class LiveWatch {
  private readonly waiting = new Set<(frame: ServerMessage) => void>()
  private readonly closed: Promise<never>

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as ServerMessage
      for (const listener of this.waiting) listener(frame)
    })
    this.closed = new Promise((_, reject) => {
      socket.addEventListener('close', () => reject(new Error('the live WebSocket was closed')))
    })
    this.closed.catch(() => {})
  }

  /** Logs in as an operator and subscribes to all stations. Resolves with the first snapshot received. */
  static async open(system: System, token: string): Promise<LiveWatch> {
    const options = { headers: { authorization: `Bearer ${token}`, origin: system.url } }
    const socket = new WebSocket(`${system.url.replace('http', 'ws')}/live`, options as never)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error('the live WebSocket could not be opened')))
    })
    const watch = new LiveWatch(socket)
    const snapshot = watch.next(isSnapshot)
    socket.send(JSON.stringify({ type: 'subscribe', bbox: null, property: null, stations: [] }))
    await snapshot
    return watch
  }

  /** Resolves with the next frame that fits; rejects when the connection ends before. */
  next<T extends ServerMessage>(fits: (frame: ServerMessage) => frame is T): Promise<T> {
    const found = new Promise<T>((resolve) => {
      const listener = (frame: ServerMessage) => {
        if (!fits(frame)) return
        this.waiting.delete(listener)
        resolve(frame)
      }
      this.waiting.add(listener)
    })
    return Promise.race([found, this.closed])
  }

  /** The next change of at least one station. */
  nextDelta(): Promise<DeltaMessage> {
    return this.next(hasStations)
  }

  close(): void {
    this.socket.close()
  }
}

function isSnapshot(frame: ServerMessage): frame is SnapshotMessage {
  return frame.type === 'snapshot'
}

function hasStations(frame: ServerMessage): frame is DeltaMessage {
  return frame.type === 'delta' && frame.stations.length > 0
}
