import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectDevice, publishReport } from './harness/device.ts'
import { drained, expectBalancedLedger, registerFleet } from './harness/fleet.ts'
import { seededRandom } from './harness/random.ts'
import { type System, withSystem } from './harness/system.ts'
import { until } from './harness/wait.ts'

const MEBIBYTE = 1024 * 1024

test('F13: malformed packets end their connection and nothing else', async () => {
  const random = seededRandom('F13')
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 1)
    const client = await connectDevice(system, fleet.devices[0] as { id: string; secret: string })
    await publishReport(client, { values: { pm25: 1 } })
    const before = residentBytes(system)
    for (let round = 0; round < 300; round++) {
      const garbage = Buffer.from(
        Array.from({ length: Math.floor(random(1, 200)) }, () => Math.floor(random(0, 256))),
      )
      await Promise.all([sendUntilClosed(system, garbage), sendUntilClosed(system, mutilatedConnect(random))])
    }
    expect(client.connected).toBe(true)
    await publishReport(client, { values: { pm25: 2 } })
    await client.endAsync()
    expect(system.broker.running).toBe(true)
    await until('the memory to be given back', () => residentBytes(system) < before * 1.2 + 40 * MEBIBYTE)
    await drained(system)
    expect(await system.api.ledger()).toMatchObject({ received: 2, stored: 2 })
    await expectBalancedLedger(system)
  })
})

test('F14: what is too large or too deep is refused before it costs memory', async () => {
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 1)
    const device = fleet.devices[0] as { id: string; secret: string }
    const before = residentBytes(system)

    // The largest length four bytes can announce, 256 MB (MQTT 3.1.1 clause 2.2.3).
    const announced = Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])
    await Promise.all(
      Array.from({ length: 50 }, () =>
        sendUntilClosed(system, Buffer.concat([announced, Buffer.alloc(MEBIBYTE)])),
      ),
    )
    expect(residentBytes(system)).toBeLessThan(before + 100 * MEBIBYTE)

    for (const size of [MEBIBYTE, 10 * MEBIBYTE]) {
      const client = await connectDevice(system, device)
      const closed = new Promise<void>((resolve) => client.once('close', resolve))
      client.on('error', () => {})
      client.publish(`v1/devices/${device.id}/observations`, `{"values":{"pm25":1${' '.repeat(size)}}}`, {
        qos: 1,
      })
      await closed
      client.end(true)
    }

    const client = await connectDevice(system, device)
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    await client.publishAsync(`v1/devices/${device.id}/observations`, deep, { qos: 1 })
    await publishReport(client, { values: { pm25: 3 } })
    await client.endAsync()

    expect(system.broker.running).toBe(true)
    expect(system.backend.running).toBe(true)
    await drained(system)
    expect(await system.api.rejections(device.id)).toHaveLength(1)
    expect(await system.api.ledger()).toMatchObject({ received: 2, stored: 1, rejected: { not_a_report: 1 } })
    await expectBalancedLedger(system)
  })
})

/** Sends bytes and resolves once the broker has closed the connection. */
async function sendUntilClosed(system: System, bytes: Buffer): Promise<void> {
  const socket: Socket = connect(system.mqttPort, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  // The broker may close while we still send.
  socket.on('error', () => {})
  socket.resume()
  socket.end(bytes)
  await closed
}

/** A CONNECT with some of its bytes changed. */
function mutilatedConnect(random: (from: number, to: number) => number): Buffer {
  const packet = Buffer.from('101000044d5154540402003c000464303030', 'hex')
  for (let change = 0; change < 3; change++)
    packet[Math.floor(random(0, packet.length))] = Math.floor(random(0, 256))
  return packet
}

/** Resident set of the broker (proc(5), VmRSS). */
function residentBytes(system: System): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${system.broker.pid}/status`, 'utf8'))
  return Number(match?.[1]) * 1024
}
