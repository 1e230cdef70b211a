import { createConnection, type Socket } from 'node:net'
import { AcknowledgementWindow, packetIdOf } from './acknowledgement-window.ts'
import { PacketReader } from './packet-reader.ts'
import { connectPacket, DISCONNECT, PINGREQ, type PublishLayout, patch } from './packets.ts'

const CONNECT_TIMEOUT = 10_000
const WRITE_BUFFERS = 2

export interface ConnectionSettings {
  host: string
  port: number
  device: string
  secret: string
  layout: PublishLayout
  /** Sequences 0 to limit - 1 are sent. */
  limit: number
  /** Most messages in flight. */
  window: number
  packetsPerWrite: number
  keepaliveSeconds: number
}

export interface ConnectionEvents {
  /** `latency` in ms since the message was first written. */
  acknowledged(connection: LoadConnection, sequence: number, latency: number): void
  /** A ready connection ended without being asked to. */
  lost(connection: LoadConnection, reason: string): void
}

/** The broker answered CONNECT with a return code other than 0. */
export class ConnectionRefused extends Error {
  constructor(
    readonly device: string,
    readonly returnCode: number,
  ) {
    super(`${device}: connection refused with return code ${returnCode}`)
  }
}

interface WriteBuffer {
  bytes: Buffer
  busy: boolean
  written: () => void
}

/** One device on one raw socket. The broker's answers and the pump are the only things that ever run. */
export class LoadConnection {
  readonly window: AcknowledgementWindow
  ready = false
  /** performance.now() of the last acknowledgement, or of the connection. */
  lastProgress = 0
  private socket: Socket | undefined
  private readonly reader: PacketReader
  private readonly readBuffer: Uint8Array
  private buffers: WriteBuffer[] = []
  private lastWrite = 0
  private now = 0
  private answered: ((returnCode: number) => void) | undefined
  private ending = false
  private endReason = 'closed by the broker'

  constructor(
    readonly settings: ConnectionSettings,
    private readonly events: ConnectionEvents,
  ) {
    this.window = new AcknowledgementWindow(settings.window)
    this.readBuffer = new Uint8Array(Math.min(65_536, Math.max(256, settings.window * 4)))
    this.reader = new PacketReader({
      connack: (returnCode) => this.answered?.(returnCode),
      puback: (packetId) => this.onPuback(packetId),
      violation: (detail) => this.fail(detail),
    })
  }

  get device(): string {
    return this.settings.device
  }

  /** Opens the socket and logs in. Rejects with ConnectionRefused or the socket's error. */
  connect(): Promise<void> {
    const { host, port, device, secret, keepaliveSeconds } = this.settings
    this.reader.reset()
    this.buffers = this.makeWriteBuffers()
    this.endReason = 'closed by the broker'
    const socket = createConnection({ host, port, noDelay: true, onread: this.readInto() })
    this.socket = socket
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => socket.destroy(new Error(`${device}: no CONNACK in 10 s`)),
        CONNECT_TIMEOUT,
      )
      let problem: Error | undefined
      this.answered = (returnCode) => {
        clearTimeout(timer)
        if (returnCode === 0) {
          this.begin()
          resolve()
        } else {
          problem = new ConnectionRefused(device, returnCode)
          socket.destroy()
        }
      }
      socket.once('connect', () => socket.write(connectPacket(device, secret, keepaliveSeconds)))
      socket.on('error', (error) => {
        problem ??= error
        this.endReason = error.message
      })
      socket.once('close', () => {
        clearTimeout(timer)
        reject(problem ?? new Error(`${device}: ${this.endReason}`))
        this.onClose(socket)
      })
    })
  }

  /** Writes messages that are due (sequences below `due`), as far as window and socket allow. Returns how many. */
  pump(now: number, due: number): number {
    if (!this.ready) return 0
    const limit = Math.min(due, this.settings.limit)
    let total = 0
    for (let index = 0; index < WRITE_BUFFERS; index++) {
      const buffer = this.buffers[index] as WriteBuffer
      if (buffer.busy) continue
      const count = this.fill(buffer.bytes, limit, now)
      if (count === 0) break
      buffer.busy = true
      const length = count * this.settings.layout.packet.length
      ;(this.socket as Socket).write(buffer.bytes.subarray(0, length), buffer.written)
      this.lastWrite = now
      total += count
    }
    if (total === 0) this.keepAlive(now)
    return total
  }

  /** All of this device's messages are acknowledged. */
  get finished(): boolean {
    return this.window.acknowledged >= this.settings.limit
  }

  /** Gives up the socket as if the network had failed. */
  fail(reason: string): void {
    this.endReason = reason
    this.socket?.destroy()
  }

  /** Logs out and waits until the socket is closed. */
  async close(): Promise<void> {
    const socket = this.socket
    if (socket === undefined || socket.destroyed) return
    this.ending = true
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    if (this.ready) socket.end(DISCONNECT)
    else socket.destroy()
    const timer = setTimeout(() => socket.destroy(), 2000)
    await closed
    clearTimeout(timer)
  }

  private begin(): void {
    this.answered = undefined
    this.ready = true
    this.lastWrite = this.lastProgress = performance.now()
  }

  private onClose(socket: Socket): void {
    if (this.socket !== socket) return
    const wasReady = this.ready
    this.ready = false
    this.answered = undefined
    this.window.rewind()
    if (wasReady && !this.ending) this.events.lost(this, this.endReason)
  }

  private onPuback(packetId: number): void {
    const sequence = this.window.acknowledge(packetId)
    if (sequence < 0) return
    this.lastProgress = this.now
    this.events.acknowledged(this, sequence, this.now - this.window.firstSent(sequence))
  }

  private fill(bytes: Buffer, limit: number, now: number): number {
    const { layout, packetsPerWrite } = this.settings
    const size = layout.packet.length
    let count = 0
    while (count < packetsPerWrite) {
      const sequence = this.window.take(limit, now)
      if (sequence < 0) break
      patch(bytes, count * size, layout, sequence, packetIdOf(sequence))
      count++
    }
    return count
  }

  private keepAlive(now: number): void {
    if (now - this.lastWrite < this.settings.keepaliveSeconds * 500) return
    ;(this.socket as Socket).write(PINGREQ)
    this.lastWrite = now
  }

  /** A buffer handed to the socket must not change until the kernel has it: `busy` tells. */
  private makeWriteBuffers(): WriteBuffer[] {
    const { layout, packetsPerWrite } = this.settings
    return Array.from({ length: WRITE_BUFFERS }, () => {
      const bytes = Buffer.alloc(layout.packet.length * packetsPerWrite)
      for (let at = 0; at < bytes.length; at += layout.packet.length) layout.packet.copy(bytes, at)
      const buffer: WriteBuffer = {
        bytes,
        busy: false,
        written: () => {
          buffer.busy = false
        },
      }
      return buffer
    })
  }

  private readInto() {
    return {
      buffer: this.readBuffer,
      callback: (length: number, bytes: Uint8Array) => {
        this.now = performance.now()
        this.reader.read(bytes, length)
        return true
      },
    }
  }
}
