import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { packetIdOf } from './acknowledgement-window.ts'
import {
  connectPacket,
  layOut,
  loadValue,
  MAX_SEQUENCE,
  patch,
  remainingLength,
  stationId,
} from './packets.ts'

function parse(bytes: Buffer): Packet[] {
  const parser = mqttPacket.parser({ protocolVersion: 4 })
  const packets: Packet[] = []
  parser.on('packet', (packet) => packets.push(packet))
  parser.on('error', (error) => {
    throw error
  })
  parser.parse(bytes)
  return packets
}

function publishOf(bytes: Buffer) {
  const [packet] = parse(bytes)
  if (packet?.cmd !== 'publish') throw new Error(`expected PUBLISH, got ${packet?.cmd}`)
  return { ...packet, report: JSON.parse(packet.payload.toString()) }
}

const SHAPE = {
  topic: 'v1/devices/load-00001/observations',
  baseTime: 1_795_000_000_000,
  sequenceProperty: 'load_sequence',
  properties: ['pm25', 'pm10', 'so2', 'no2', 'o3'],
  stations: 1,
  stationPrefix: 'load-00001',
}

test.each([
  [0, [0x00]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [16_383, [0xff, 0x7f]],
  [16_384, [0x80, 0x80, 0x01]],
  [2_097_152, [0x80, 0x80, 0x80, 0x01]],
])('remaining length %i is written as MQTT 3.1.1 table 2.4 says', (length, bytes) => {
  expect([...remainingLength(length)]).toEqual(bytes)
})

test('CONNECT is what a reference parser reads', () => {
  const [packet] = parse(connectPacket('load-00001', 's3cret', 60))
  expect(packet).toMatchObject({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'load-00001',
    username: 'load-00001',
    keepalive: 60,
  })
  expect((packet as { password: Buffer }).password.toString()).toBe('s3cret')
})

test('a patched PUBLISH carries time, sequence and values of its sequence', () => {
  const layout = layOut(SHAPE)
  const buffer = Buffer.from(layout.packet)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_SEQUENCE - 1 }), (sequence) => {
      patch(buffer, 0, layout, sequence, packetIdOf(sequence))
      const packet = publishOf(buffer)
      expect(packet).toMatchObject({
        topic: SHAPE.topic,
        qos: 1,
        retain: false,
        messageId: packetIdOf(sequence),
      })
      expect(packet.report.time).toBe(SHAPE.baseTime + sequence)
      expect(packet.report.values).toEqual({
        load_sequence: sequence,
        ...Object.fromEntries(SHAPE.properties.map((property) => [property, loadValue(sequence)])),
      })
    }),
  )
})

test('smaller sequences leave no digits of larger ones behind', () => {
  const layout = layOut(SHAPE)
  const buffer = Buffer.from(layout.packet)
  patch(buffer, 0, layout, 987_654_321, 1)
  patch(buffer, 0, layout, 7, 1)
  expect(publishOf(buffer).report.values.load_sequence).toBe(7)
})

test('time carries over into its upper digits', () => {
  const layout = layOut({ ...SHAPE, baseTime: 1_799_999_999_999 })
  const buffer = Buffer.from(layout.packet)
  patch(buffer, 0, layout, 1, 1)
  expect(publishOf(buffer).report.time).toBe(1_800_000_000_000)
})

test('a gateway names its stations in turn', () => {
  const layout = layOut({ ...SHAPE, stations: 12 })
  const buffer = Buffer.from(layout.packet)
  const stations = [0, 1, 11, 12, 25].map((sequence) => {
    patch(buffer, 0, layout, sequence, 1)
    return publishOf(buffer).report.station
  })
  expect(stations).toEqual([0, 1, 11, 0, 1].map((index) => stationId('load-00001', index, 12)))
})

test('several packets in one buffer are patched apart', () => {
  const layout = layOut(SHAPE)
  const size = layout.packet.length
  const buffer = Buffer.concat([layout.packet, layout.packet, layout.packet])
  for (let index = 0; index < 3; index++) patch(buffer, index * size, layout, 40 + index, 100 + index)
  const packets = parse(buffer) as { messageId: number; payload: Buffer }[]
  expect(packets.map((packet) => packet.messageId)).toEqual([100, 101, 102])
  expect(packets.map((packet) => JSON.parse(packet.payload.toString()).values.load_sequence)).toEqual([
    40, 41, 42,
  ])
})
