/**
 * Which instances read which series: for series s, the entries from offsets[s] up to offsets[s + 1] name an instance
 * and the number of the input. Flat, because every observation looks here.
 */
export interface SeriesIndex {
  /** Series it knows of; higher ones have no instance. */
  readonly series: number
  readonly offsets: Int32Array
  readonly instance: Int32Array
  readonly input: Uint8Array
}

export const EMPTY_INDEX: SeriesIndex = {
  series: 0,
  offsets: new Int32Array(1),
  instance: new Int32Array(0),
  input: new Uint8Array(0),
}

/** `inputs` holds for every instance the series of its inputs. */
export function buildSeriesIndex(series: number, inputs: readonly Int32Array[]): SeriesIndex {
  const offsets = new Int32Array(series + 1)
  for (const list of inputs) for (const each of list) offsets[each + 1] = (offsets[each + 1] as number) + 1
  for (let at = 1; at <= series; at++) offsets[at] = (offsets[at] as number) + (offsets[at - 1] as number)
  const total = offsets[series] as number
  const instance = new Int32Array(total)
  const input = new Uint8Array(total)
  const next = offsets.slice()
  inputs.forEach((list, index) => {
    list.forEach((each, position) => {
      const at = next[each] as number
      next[each] = at + 1
      instance[at] = index
      input[at] = position
    })
  })
  return { series, offsets, instance, input }
}
