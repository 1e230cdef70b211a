import type { DeviceMessageView } from '@osprey/core/api'
import { checkQuality } from '@osprey/core/quality'
import { REJECTION_ADVICE } from '@osprey/core/rejections'
import { formatIsoTime } from '@osprey/core/time'
import { Intake, type RejectedReading } from './intake.ts'
import type { RecentMessage } from './recent-messages.ts'
import type { Resolver } from './resolver.ts'

type Reading = DeviceMessageView['readings'][number]

/**
 * A kept message for people. The readings come from the same code that took the message in, run again without
 * effect and against the registration of then, as far as that is still known; whether the message was accepted is
 * what was noted then. A message that was kept only in part shows its beginning and no readings.
 */
export function viewMessage(device: string, message: RecentMessage, resolver: Resolver): DeviceMessageView {
  const { receivedAt, topic, qos, bytes, payload, accepted, rejections } = message
  const [first] = rejections
  const readings = readingsOf(device, message, resolver)
  const whole = accepted === 0 && first !== undefined
  return {
    receivedAt: formatIsoTime(receivedAt),
    topic,
    qos,
    bytes,
    payload: payload.toString('utf8'),
    outcome: kindOf(topic) === undefined ? 'other' : outcomeOf(accepted, rejections.length),
    readings,
    reason: whole ? first.reason : null,
    detail: first?.detail ?? null,
    advice: first === undefined ? null : (REJECTION_ADVICE[first.reason] ?? null),
  }
}

function outcomeOf(accepted: number, rejections: number): DeviceMessageView['outcome'] {
  if (rejections === 0) return 'accepted'
  return accepted > 0 ? 'partly_accepted' : 'rejected'
}

function kindOf(topic: string): 'observations' | 'senml' | undefined {
  if (topic.endsWith('/observations')) return 'observations'
  return topic.endsWith('/senml') ? 'senml' : undefined
}

function readingsOf(device: string, message: RecentMessage, resolver: Resolver): Reading[] {
  const kind = kindOf(message.topic)
  if (kind === undefined || message.payload.length < message.bytes) return []
  const readings: Reading[] = []
  const intake = new Intake(
    {
      resolver,
      ledger: { slotOf: () => 0, heard: nothing, accepted: nothing, rejected: nothing },
      latest: {
        record: (series, time, receivedAt, value, quality, text) =>
          readings.push(taken(resolver, { series, time, receivedAt, value, quality, text })),
      },
      creation: { want: nothing },
      rejected: nothing,
      rejectedReading: (reading) => readings.push(refused(reading)),
      recent: { offer: nothing },
      faulted: nothing,
      keepsAccounts: false,
    },
    { rows: 0, mark: nothing, rollback: nothing, beginRun: nothing, add: nothing, addText: nothing },
  )
  const { receivedAt, topic, payload, qos } = message
  const entry = { kind: 'publish', deviceId: device, receivedAt, topic, payload, qos } as const
  intake.take({ ...entry, qos: qos as 0 | 1 | 2 }, kind)
  return readings
}

interface Taken {
  series: number
  time: number
  receivedAt: number
  value: number
  quality: number
  text: string | undefined
}

function taken(resolver: Resolver, { series, time, receivedAt, value, quality, text }: Taken): Reading {
  const { id, kind, minimum, maximum, definition } = resolver.propertyOfSeries(series)
  const result = text ?? (Number.isNaN(value) ? null : value)
  const range = minimum === -Infinity && maximum === Infinity ? undefined : ([minimum, maximum] as const)
  const { reason } = checkQuality({
    value: result,
    kind,
    range,
    categories: definition?.categories,
    phenomenonTime: time,
    receivedAt,
  })
  return {
    station: resolver.stationOfSeries(series).id,
    property: id,
    time: formatIsoTime(time),
    value: result,
    unit: definition?.unit ?? null,
    quality,
    reason: reason === 'within_range' || reason === 'no_range' ? null : reason,
  }
}

function refused({ station, property, value, reason }: RejectedReading): Reading {
  return { station, property, time: null, value: shown(value), unit: null, quality: null, reason }
}

function shown(value: RejectedReading['value']): number | string | null {
  return typeof value === 'boolean' ? String(value) : value
}

function nothing(): void {}
