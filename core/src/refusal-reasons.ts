/** Why the broker refuses a connection, a publish or a subscription. */
export const REFUSAL_REASONS = [
  'unknown_device',
  'bad_secret',
  'secret_not_accepted',
  'device_disabled',
  'expired_certificate',
  'revoked_certificate',
  'untrusted_certificate',
  'certificate_not_for_device',
  'certificate_not_accepted',
  'revocation_list_unusable',
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

export type RefusalReason = (typeof REFUSAL_REASONS)[number]
