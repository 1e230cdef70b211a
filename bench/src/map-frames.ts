import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { saveResult } from './results.ts'
import { delay, NODE, percentile, ROOT, run, startSystem } from './system.ts'

/**
 * Frame times of the map while a person pans over live stations in headless Chromium (software rendering): the time
 * between animation frames, and what the map's own drawing took of it. Needs a built web app and Debian's chromium.
 *
 *   npm run build && node_modules/.bin/node bench/dist/map-frames.js --stations 10000
 */
const { values: options } = parseArgs({
  options: {
    stations: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '20' },
    screenshot: { type: 'string' },
  },
})
const PASSWORD = 'bench-only-password'
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
declare global {
  interface Window {
    osprey: { stations: number; framesDrawn: number; lastFrameMs: number }
  }
}

/** Zoom levels: the whole load fleet as clusters, partly clustered, and thousands of single stations. */
const ZOOMS = [9, 12, 14]

const system = await startSystem()
const pause = Number(options.seconds)
const load = run(
  NODE,
  [
    'simulators/dist/load.js',
    ...['--url', system.url, '--data-dir', system.dataDir, '--mqtt-port', String(system.mqttPort)],
    ...[
      '--devices',
      options.stations,
      '--rate',
      options.rate,
      '--seconds',
      String(ZOOMS.length * (pause + 10) + 30),
    ],
    ...['--verify', 'none'],
  ],
  {},
  join(system.dataDir, 'logs/load.log'),
)
await untilStationsLive()
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_FLAGS })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(system.url)
  await page.getByTestId('login-form').waitFor()
  await page.locator('input[name="username"]').fill('admin')
  await page.locator('input[name="password"]').fill(PASSWORD)
  await page.locator('input[name="password"]').press('Enter')
  await page.getByTestId('map').waitFor()
  const results: Record<string, object> = {}
  for (const zoom of ZOOMS) {
    await page.goto(`${system.url}/#/map?lat=30.5&lng=124.5&z=${zoom}`)
    await page.waitForFunction((count) => window.osprey.stations >= count, Number(options.stations))
    results[`zoom ${zoom}`] = await pan(zoom)
    if (options.screenshot !== undefined) {
      mkdirSync(options.screenshot, { recursive: true })
      await page.screenshot({ path: join(options.screenshot, `map-${zoom}.png`) })
    }
  }
  saveResult(
    'map-frames',
    `node_modules/.bin/node bench/dist/map-frames.js --stations ${options.stations} --rate ${options.rate}`,
    {
      stations: Number(options.stations),
      messagesPerSecond: Number(options.rate),
      browser: browser.version(),
      results,
    },
  )

  /** Drags to and fro, one mouse move a frame, while the page counts the time between its frames. */
  async function pan(zoom: number): Promise<object> {
    await page.evaluate(() => {
      const samples = {
        between: [] as number[],
        drawing: [] as number[],
        last: performance.now(),
        drawn: window.osprey.framesDrawn,
      }
      Object.assign(window, { samples })
      const step = (now: number) => {
        samples.between.push(now - samples.last)
        samples.last = now
        if (window.osprey.framesDrawn !== samples.drawn) samples.drawing.push(window.osprey.lastFrameMs)
        samples.drawn = window.osprey.framesDrawn
        requestAnimationFrame(step)
      }
      requestAnimationFrame(step)
    })
    const end = performance.now() + pause * 1000
    await page.mouse.move(720, 450)
    await page.mouse.down()
    for (let step = 0; performance.now() < end; step++) {
      await page.mouse.move(
        720 + Math.round(300 * Math.sin(step / 25)),
        450 + Math.round(200 * Math.cos(step / 40)),
      )
      await delay(8)
    }
    await page.mouse.up()
    const samples = await page.evaluate(
      () => (window as unknown as { samples: { between: number[]; drawing: number[] } }).samples,
    )
    return {
      zoom,
      framesPerSecond:
        Math.round((samples.between.length / samples.between.reduce((sum, one) => sum + one, 0)) * 10_000) /
        10,
      betweenFramesMs: summary(samples.between.slice(1)),
      drawingMs: summary(samples.drawing),
    }
  }
} finally {
  await browser.close()
  load.child.kill('SIGTERM')
  await new Promise((resolve) =>
    load.child.exitCode === null ? load.child.once('exit', resolve) : resolve(0),
  )
  await system.stop()
}

async function untilStationsLive(): Promise<void> {
  for (;;) {
    const { received } = await system.get<{ received: number }>('/api/ledger')
    if (received > Number(options.stations) * 6) return
    if (load.child.exitCode !== null) throw new Error(`the load ended early, see its log below ${ROOT}`)
    await delay(500)
  }
}

function summary(samples: number[]) {
  const sorted = [...samples].sort((a, b) => a - b)
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    frames: sorted.length,
    p50: round(percentile(sorted, 0.5)),
    p95: round(percentile(sorted, 0.95)),
    p99: round(percentile(sorted, 0.99)),
    max: round(percentile(sorted, 1)),
  }
}
