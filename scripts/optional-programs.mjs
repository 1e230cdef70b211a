import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs some suites drive; without them those suites are skipped, and said to be. */
export const OPTIONAL_PROGRAMS = [
  {
    name: 'InfluxDB',
    names: ['influxd'],
    install: 'apt-get install influxdb',
    suites: 'the InfluxDB suites',
  },
  {
    name: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    install: 'apt-get install chromium',
    suites: 'the browser suites',
  },
]

/**
 * @param {string[]} names tried in order
 * @returns {string | undefined} full path of the first that is an executable in PATH
 */
export function findProgram(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(folder, name)
      if (isExecutable(file)) return file
    }
  }
  return undefined
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
