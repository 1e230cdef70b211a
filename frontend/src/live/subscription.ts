import type { BoundingBox } from '@osprey/core/live'

/** Wider views than this, in degrees of longitude, ask for everything. */
const WHOLE_WORLD = 40
/** Share of the view added on each side: small moves need no new subscription, and clusters at the edge are whole. */
const PADDING = 0.6
/** A box this many times wider than the view is worth narrowing. */
const TOO_WIDE = 5

/**
 * What to subscribe to for a view, given what is subscribed to now (undefined: nothing yet). Returns the present box
 * itself while it still serves, so that a pan does not cost a snapshot each time. null means everywhere.
 */
export function subscriptionBox(
  view: BoundingBox,
  present: BoundingBox | null | undefined,
): BoundingBox | null {
  const [west, south, east, north] = view
  const width = east - west
  if (width > WHOLE_WORLD || west < -180 || east > 180) return null
  if (present && covers(present, view) && present[2] - present[0] < width * TOO_WIDE) return present
  const height = north - south
  return [
    Math.max(-180, west - width * PADDING),
    Math.max(-90, south - height * PADDING),
    Math.min(180, east + width * PADDING),
    Math.min(90, north + height * PADDING),
  ]
}

export function covers(outer: BoundingBox, inner: BoundingBox): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}
