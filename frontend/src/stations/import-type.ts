/** The media type a station file is sent as, by its name's ending: CSV unless it says GeoJSON. */
export function importType(fileName: string): 'text/csv' | 'application/geo+json' {
  return /\.(geo)?json$/i.test(fileName) ? 'application/geo+json' : 'text/csv'
}
