import { REFUSAL_REASONS, type RefusalReason } from '@osprey/core/refusal-reasons'

/** Whether this page has words for the reason; an older record may name one that is no longer given. */
export function isKnownRefusal(reason: string): reason is RefusalReason {
  return (REFUSAL_REASONS as readonly string[]).includes(reason)
}
