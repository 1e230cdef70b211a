/**
 * What an account reaches. It follows the registry: a station that moves into the territory is in it at once.
 * Ask per item; nothing of what lies outside may show, not even in a count.
 */
export interface Territory {
  /** Equal for equal territories, for what is made once and shared: `*` is everything. */
  readonly key: string
  readonly whole: boolean
  /** Another number whenever stations, sites or properties changed as far as they are inside. */
  readonly revision: number
  hasStation(id: string): boolean
  /** All stations the device serves are inside; a device without stations belongs to the whole territory alone. */
  hasDevice(id: string): boolean
  /** Its own position or one of its stations is inside. */
  hasSite(id: string): boolean
  hasJurisdiction(id: string): boolean
  contains(longitude: number, latitude: number): boolean
}

/** Everything, whether it is registered or not. */
export const WHOLE_TERRITORY: Territory = {
  key: '*',
  whole: true,
  /** Never equal to what it was: whoever sees everything hears of every change. */
  revision: Number.NaN,
  hasStation: () => true,
  hasDevice: () => true,
  hasSite: () => true,
  hasJurisdiction: () => true,
  contains: () => true,
}
