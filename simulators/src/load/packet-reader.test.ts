import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PacketReader } from './packet-reader.ts'

function readAll(chunks: readonly Uint8Array[]) {
  const seen: string[] = []
  const reader = new PacketReader({
    connack: (code) => seen.push(`connack ${code}`),
    puback: (id) => seen.push(`puback ${id}`),
    violation: (detail) => seen.push(`violation ${detail}`),
  })
  for (const chunk of chunks) reader.read(chunk, chunk.length)
  return seen
}

const packets = fc.array(
  fc.oneof(
    fc
      .integer({ min: 1, max: 65_535 })
      .map((id) => ({ bytes: [0x40, 2, id >> 8, id & 255], text: `puback ${id}` })),
    fc.integer({ min: 0, max: 5 }).map((code) => ({ bytes: [0x20, 2, 0, code], text: `connack ${code}` })),
    fc.constant({ bytes: [0xd0, 0], text: undefined }),
  ),
  { maxLength: 60 },
)

test('packets are read whole however the stream is cut', () => {
  fc.assert(
    fc.property(packets, fc.array(fc.integer({ min: 1, max: 7 })), (list, cuts) => {
      const stream = Uint8Array.from(list.flatMap((packet) => packet.bytes))
      const chunks: Uint8Array[] = []
      for (let at = 0, index = 0; at < stream.length; index++) {
        const size = cuts.length === 0 ? stream.length : (cuts[index % cuts.length] as number)
        chunks.push(stream.subarray(at, at + size))
        at += size
      }
      expect(readAll(chunks)).toEqual(list.flatMap((packet) => packet.text ?? []))
    }),
  )
})

test.each([
  [
    'a PUBLISH',
    [0x30, 3, 0, 1, 97],
    'violation packet beginning with 0x30, expected CONNACK, PUBACK or PINGRESP',
  ],
  ['a PUBACK of MQTT 5', [0x40, 3, 0, 1, 0], 'violation remaining length 3 in a packet of 4 bytes'],
])('%s is a violation and ends reading', (_name, bytes, expected) => {
  expect(readAll([Uint8Array.from([...bytes, 0x40, 2, 0, 9])])).toEqual([expected])
})

test('a new connection forgets a half-read packet', () => {
  const seen: number[] = []
  const reader = new PacketReader({ connack: () => {}, puback: (id) => seen.push(id), violation: () => {} })
  reader.read(Uint8Array.from([0x40, 2, 0]), 3)
  reader.reset()
  reader.read(Uint8Array.from([0x40, 2, 0, 5]), 4)
  expect(seen).toEqual([5])
})
