import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import mqtt from 'mqtt'
import { publishReport } from './harness/device.ts'
import { drained } from './harness/fleet.ts'
import { withSystem } from './harness/system.ts'
import { until } from './harness/wait.ts'

/*
 * What both processes print, at their most talkative, while instruments and people use right and wrong secrets. The
 * HTTP side is gone through in backend/src/operations/log-secrets.test.ts.
 */

const PASSWORD = 'mrk-administrator-8Qz7v4tX'
const METRICS_TOKEN = 'mrk-metrics-7Yb3Nc8VrKp'

test('broker and backend print no secret of an instrument, a person or a tool', async () => {
  const env = {
    OSPREY_LOG_LEVEL: 'trace',
    OSPREY_ADMIN_PASSWORD: PASSWORD,
    OSPREY_METRICS_TOKEN: METRICS_TOKEN,
  }
  await withSystem({ env }, async (system) => {
    const secrets: Record<string, string> = {
      'administrator password': PASSWORD,
      'metrics token': METRICS_TOKEN,
      'operator token': system.authorization()['authorization']?.slice('Bearer '.length) ?? '',
    }
    const connect = (username: string, password: string, more: mqtt.IClientOptions = {}) => {
      const options = { clientId: 'meter-1', username, password, reconnectPeriod: 0, ...more }
      return mqtt.connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, options, false)
    }
    const refused = async (what: string, username: string, password: string, more?: mqtt.IClientOptions) => {
      secrets[what] = password
      await expect(connect(username, password, more)).rejects.toThrow()
    }
    await system.api.createStation({
      id: 'north',
      name: 'North',
      latitude: 30,
      longitude: 118,
      medium: 'air',
    })
    const [device] = await system.api.createDevices([{ id: 'meter-1', stations: ['north'] }])
    secrets['device secret'] = device?.secret ?? ''
    const client = await connect('meter-1', secrets['device secret'])
    await publishReport(client, { values: { pm25: 12 } })
    await refused('wrong secret', 'meter-1', 'mrk-wrong-5Hs2Lw9PqTz')
    await refused('secret of an unknown device', 'nobody', 'mrk-nobody-3Fj6Tz1MkWx', { clientId: 'nobody' })
    await refused('secret with control characters', 'meter-1', 'mrk-control-4Dp8Xs2\u0000Gv')
    const rotated = await system.api.request<{ secret: string }>('POST', '/api/devices/meter-1/rotate')
    secrets['rotated secret'] = rotated.secret
    await refused('secret of before', 'meter-1', secrets['device secret'])
    await (await connect('meter-1', rotated.secret)).endAsync()
    await fetch(`${system.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    })
    await fetch(`${system.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
    await client.endAsync(true)
    await drained(system)
    const refusals = await until('the refusals to be recorded', async () => {
      const found = await system.api.refusedConnections()
      return found.length > 0 && JSON.stringify(found)
    })
    await system.broker.kill('SIGTERM')
    await system.backend.kill('SIGTERM')

    const places = {
      broker: system.broker.lines.join('\n'),
      backend: system.backend.lines.join('\n'),
      'refused connections': refusals,
    }
    const found: string[] = []
    for (const [what, secret] of Object.entries(secrets)) {
      expect({ what, length: secret.length > 12 }).toEqual({ what, length: true })
      const forms = {
        plain: secret,
        JSON: JSON.stringify(secret).slice(1, -1),
        base64: Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        hexadecimal: Buffer.from(secret).toString('hex'),
        'SHA-256': createHash('sha256').update(secret).digest('hex'),
      }
      for (const [form, text] of Object.entries(forms)) {
        for (const [place, printed] of Object.entries(places)) {
          if (printed.includes(text)) found.push(`${what} (${form}) in ${place}`)
        }
      }
    }
    expect(found).toEqual([])
    const lines = system.broker.lines.length + system.backend.lines.length
    console.info(`${Object.keys(secrets).length} secrets in 5 forms: none in ${lines} lines`)
  })
})
