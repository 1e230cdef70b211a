/** Why the broker refuses a connection, a publish or a subscription, as far as this page has words for it. */
const REFUSALS = [
  'unknown_device',
  'bad_secret',
  'device_disabled',
  'bad_identifier',
  'protocol_version',
  'keepalive_out_of_range',
  'connect_timeout',
  'malformed_packet',
  'packet_too_large',
  'too_many_connections',
  'origin_not_allowed',
  'topic_denied',
  'subscription_denied',
  'rate_limited',
  'not_stored',
] as const

export type KnownRefusal = (typeof REFUSALS)[number]

export function isKnownRefusal(reason: string): reason is KnownRefusal {
  return (REFUSALS as readonly string[]).includes(reason)
}
