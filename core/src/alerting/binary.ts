/** Compact bytes for saved machines: little-endian, with a checksum at the end. */

export class ByteWriter {
  private view = new DataView(new ArrayBuffer(512))
  private length = 0

  u8(value: number): void {
    this.room(1)
    this.view.setUint8(this.length, value)
    this.length += 1
  }

  u32(value: number): void {
    this.room(4)
    this.view.setUint32(this.length, value, true)
    this.length += 4
  }

  f64(value: number): void {
    this.room(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** What was written, and a checksum of it. */
  sealed(): Uint8Array {
    this.u32(checksum(this.view, this.length))
    return new Uint8Array(this.view.buffer.slice(0, this.length))
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.view.byteLength) return
    const larger = new Uint8Array(this.view.byteLength * 2)
    larger.set(new Uint8Array(this.view.buffer))
    this.view = new DataView(larger.buffer)
  }
}

export class ByteReader {
  private readonly view: DataView
  private at = 0

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Whether the bytes end with their checksum. Read nothing of what does not. */
  isWhole(): boolean {
    const length = this.view.byteLength - 4
    return length >= 0 && this.view.getUint32(length, true) === checksum(this.view, length)
  }

  /** Whether everything before the checksum was read. */
  get isSpent(): boolean {
    return this.at === this.view.byteLength - 4
  }

  u8(): number {
    this.at += 1
    return this.view.getUint8(this.at - 1)
  }

  u32(): number {
    this.at += 4
    return this.view.getUint32(this.at - 4, true)
  }

  f64(): number {
    this.at += 8
    return this.view.getFloat64(this.at - 8, true)
  }
}

/** FNV-1a of 32 bits, over words and then over the bytes that are left; what a word adds is folded down. */
function checksum(view: DataView, length: number): number {
  let hash = 0x811c9dc5
  const words = length & ~3
  for (let at = 0; at < words; at += 4) {
    hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193)
    hash ^= hash >>> 15
  }
  for (let at = words; at < length; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193)
  return hash >>> 0
}

/** 53 bits of a text (cyrb53), to tell whether two are the same. */
export function fingerprint(text: string): number {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 2654435761)
    two = Math.imul(two ^ code, 1597334677)
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909)
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909)
  return 4294967296 * (2097151 & two) + (one >>> 0)
}
