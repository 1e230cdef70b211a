import { deviceTopic } from '@osprey/core/topics'
import type { LoadDevice } from '@osprey/simulators/load/run-load'
import mqtt, { type MqttClient } from 'mqtt'
import type { System } from './system.ts'

/** Connects as an instrument does. It does not connect again by itself: a lost connection is for the test to see. */
export function connectDevice(
  system: System,
  device: Pick<LoadDevice, 'id' | 'secret'>,
): Promise<MqttClient> {
  return mqtt.connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, {
    clientId: device.id,
    username: device.id,
    password: device.secret,
    reconnectPeriod: 0,
  })
}

/** Publishes a report, or several, and resolves when it is acknowledged. */
export async function publishReport(client: MqttClient, report: object): Promise<void> {
  const topic = deviceTopic(client.options.clientId ?? '', 'observations')
  await client.publishAsync(topic, JSON.stringify(report), { qos: 1 })
}
