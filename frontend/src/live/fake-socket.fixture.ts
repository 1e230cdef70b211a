/** Stands in for the browser's WebSocket in tests: the outermost edge. */
export class FakeSocket {
  static readonly OPEN = 1
  static opened: FakeSocket[] = []
  readyState = 0
  sent: unknown[] = []
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null

  constructor(readonly url: string) {
    FakeSocket.opened.push(this)
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.opened.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  close(): void {
    this.closed = true
  }

  connect(): void {
    this.readyState = FakeSocket.OPEN
    this.onopen?.()
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
}

const realSocket = globalThis.WebSocket

/** Puts the fake in place, with a window that only takes and gives events. */
export function installFakeSocket(): void {
  FakeSocket.opened = []
  Object.assign(globalThis, { WebSocket: FakeSocket, window: new EventTarget() })
}

export function removeFakeSocket(): void {
  Object.assign(globalThis, { WebSocket: realSocket })
  Reflect.deleteProperty(globalThis, 'window')
}
