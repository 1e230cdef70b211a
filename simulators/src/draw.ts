import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawTerritory } from './drawing/territory.ts'

/** Draws the base map of the territory into the folder given, `simulators/territory` unless told otherwise. */
const directory = process.argv[2] ?? new URL('../territory/', import.meta.url).pathname
for (const [name, layer] of Object.entries(drawTerritory())) {
  const path = join(directory, `${name}.geojson`)
  const lines = layer.features.map((feature) => JSON.stringify(feature))
  const text = `{"type":"FeatureCollection","features":[\n${lines.join(',\n')}\n]}\n`
  writeFileSync(path, text)
  process.stdout.write(`${path}: ${lines.length} features, ${Math.round(text.length / 1024)} KiB\n`)
}
