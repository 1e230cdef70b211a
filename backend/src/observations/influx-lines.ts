import type { DatastreamDescription, ObservationBatch } from './store.ts'

/*
 * Line protocol, https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/ :
 *   observation,station=st-1,property=pm25 value=35.2,quality=1i,result_time=1763798400060i 1763798400000
 */

export const MEASUREMENT = 'observation'

/** Times that fit InfluxDB's signed 64-bit nanoseconds, in whole milliseconds: 1677 to 2262. */
export const INFLUX_TIME = { min: -9_223_372_036_854, max: 9_223_372_036_854 }

/** The series of a datastream: measurement and tags, up to and with the space before the fields. */
export function seriesPrefix({ station, property }: DatastreamDescription): string {
  return `${MEASUREMENT},station=${escapeTag(tagValue(station))},property=${escapeTag(tagValue(property))} `
}

/** One line, without its line feed. */
export function encodeLine(batch: ObservationBatch, row: number, prefix: string): string {
  const value = batch.value[row] as number
  let fields = ''
  if (Number.isFinite(value)) fields = `value=${value},`
  else {
    const text = batch.text.get(row)
    if (text !== undefined) fields = `text="${escapeText(text)}",`
  }
  const resultTime = Math.floor(batch.resultTime[row] as number)
  const phenomenonTime = Math.floor(batch.phenomenonTime[row] as number)
  return `${prefix}${fields}quality=${batch.quality[row]}i,result_time=${resultTime}i ${phenomenonTime}`
}

/**
 * A name as it is written in a tag. Line protocol has no way to write a line feed or a trailing backslash in a
 * tag, nor an empty tag, so backslash, control characters and the percent sign itself are percent-encoded;
 * an empty name becomes a lone percent sign, which no other name does.
 */
export function tagValue(name: string): string {
  if (name === '') return '%'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be encoded.
  return name.replace(/[%\\\u0000-\u001f\u007f]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** The name a tag value was made from. */
export function nameFromTag(tag: string): string {
  if (tag === '%') return ''
  return tag.replace(/%([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

function escapeTag(value: string): string {
  return value.replace(/[,= ]/g, '\\$&')
}

function escapeText(text: string): string {
  return text.replace(/["\\]/g, '\\$&')
}
