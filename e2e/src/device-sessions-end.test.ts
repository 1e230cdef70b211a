import { expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { connectDevice } from './harness/device.ts'
import type { System } from './harness/system.ts'
import { withSystem } from './harness/system.ts'

/* A device that may no longer be connected loses its session in less than 5 s, whatever was done to it. */

const DEVICES_PER_WAY = 20
const ENDED_WITHIN = 5000

const WAYS: [string, (system: System, id: string) => Promise<unknown>][] = [
  ['rotated', ({ api }, id) => api.request('POST', `/api/devices/${id}/rotate`, {})],
  ['disabled', ({ api }, id) => api.request('PATCH', `/api/devices/${id}`, { disabled: true })],
  ['removed', ({ api }, id) => api.request('DELETE', `/api/devices/${id}`)],
  [
    'made to use a certificate',
    ({ api }, id) => api.request('PATCH', `/api/devices/${id}`, { authentication: 'certificate' }),
  ],
]

test.each(WAYS)(
  'a device that is %s is cut off and does not get in again',
  async (way, change) => {
    await withSystem({}, async (system) => {
      const ids = Array.from({ length: DEVICES_PER_WAY }, (_, index) => `device-${index}`)
      const secrets = await system.api.createDevices(ids.map((id) => ({ id, stations: [] })))
      const bystander = await connectDevice(system, secrets[0] as { id: string; secret: string })
      const times: number[] = []
      for (const device of secrets.slice(1)) {
        const client = await connectDevice(system, device)
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
        const asked = performance.now()
        await change(system, device.id)
        await closed
        times.push(performance.now() - asked)
        await expect(connectDevice(system, device)).rejects.toThrow(/refused/i)
      }
      times.sort((one, other) => one - other)
      const [median, longest] = [times[times.length >> 1], times.at(-1)].map((time) => Math.round(time ?? 0))
      process.stdout.write(`${way}: cut off after ${median} ms (median), ${longest} ms (longest)\n`)
      expect(longest).toBeLessThan(ENDED_WITHIN)
      expect(await isAlive(bystander)).toBe(true)
      await bystander.endAsync()
    })
  },
  60_000,
)

async function isAlive(client: MqttClient): Promise<boolean> {
  await client.publishAsync(`v1/devices/${client.options.clientId}/status`, '{}', { qos: 1 })
  return client.connected
}
