import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { send, TestBackend } from '../testing.ts'
import { securityHeaders } from './security-headers.ts'
import { staticFiles } from './static-files.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({
    OSPREY_TILE_URL: 'https://{s}.tiles.example/{z}/{x}/{y}.png',
    OSPREY_TILE_ATTRIBUTION: 'Tiles',
    OSPREY_ALLOWED_ORIGINS: 'https://map.example.org',
  })
})
afterAll(() => backend.stop())

const JSON_TYPE = { 'content-type': 'application/json' }

test('every kind of failure is a problem document', async () => {
  const big = JSON.stringify({ id: 'x'.repeat(1024 * 1024) })
  const cases: [string, string, unknown, Record<string, string>, number, RegExp][] = [
    ['GET', '/api/nothing', undefined, {}, 404, /nothing at GET "\/api\/nothing"/],
    ['GET', '/api', undefined, {}, 404, /nothing at GET "\/api"/],
    ['PUT', '/api/stations', '{}', JSON_TYPE, 404, /nothing at PUT/],
    ['POST', '/api/stations', '{"id":', JSON_TYPE, 400, /not valid JSON/],
    ['POST', '/api/stations', '"text"', JSON_TYPE, 400, /not valid JSON|an object/],
    ['POST', '/api/stations', '[]', JSON_TYPE, 400, /an object/],
    [
      'POST',
      '/api/stations',
      'id=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      400,
      /JSON body/,
    ],
    ['POST', '/api/stations', undefined, {}, 400, /JSON body/],
    ['POST', '/api/stations', big, JSON_TYPE, 413, /larger than the limit of 1048576 bytes/],
    ['POST', '/api/stations', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 415, /encoding/],
    ['POST', '/api/stations', '{}', { 'content-type': 'application/json; charset=ebcdic' }, 415, /charset/],
    ['GET', '/api/stations/%E0%A4%A', undefined, {}, 400, /could not be read/],
  ]
  for (const [method, path, body, headers, status, detail] of cases) {
    const answer = await backend.operator(method, path, body, headers)
    expect([method, path, answer.status, answer.headers['content-type']]).toEqual([
      method,
      path,
      status,
      'application/problem+json',
    ])
    expect(answer.body).toMatchObject({ type: 'about:blank', title: expect.any(String), status })
    expect(answer.body.detail).toMatch(detail)
  }
})

test('deeply nested and polluting JSON does no harm', async () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  expect((await backend.operator('POST', '/api/stations', nested(10_000), JSON_TYPE)).status).toBe(400)
  const polluted =
    '{"id":"p","name":"p","latitude":1,"longitude":1,"medium":"air","__proto__":{"polluted":1}}'
  await backend.operator('POST', '/api/stations', polluted, JSON_TYPE)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  const command = `{"name":"x","parameters":${nested(3000)}}`
  expect((await backend.operator('POST', '/api/devices/none/commands', command, JSON_TYPE)).status).toBe(400)
  const feature = `{"type":"Feature","id":"d","geometry":null,"properties":${nested(50_000)}}`
  const collection = `{"type":"FeatureCollection","features":[${feature}]}`
  const type = { 'content-type': 'application/geo+json' }
  expect((await backend.operator('PUT', '/api/layers/deep?name=Deep', collection, type)).status).toBe(400)
  expect((await backend.operator('POST', '/api/stations/import', collection, type)).status).toBe(400)
})

test('an unexpected error is told by number only, and logged with it', async () => {
  await backend.sql('alter table layers rename to hidden')
  try {
    const { status, body } = await backend.operator('GET', '/api/layers')
    expect([status, body.title]).toEqual([500, 'Unexpected error'])
    expect(body.instance).toMatch(/^urn:uuid:/)
    expect(JSON.stringify(body)).not.toMatch(/layers|relation|select/)
    const entry = backend.log.find((line) => line.includes(body.instance))
    expect(entry).toContain('relation \\"layers\\" does not exist')
  } finally {
    await backend.sql('alter table hidden rename to layers')
  }
})

test('passwords in a refused body are not sent back', async () => {
  const body = { username: 'admin', password: 12345678, secret: 'hush' }
  const answer = await backend.request('POST', '/api/session', { body })
  expect(answer.status).toBe(400)
  expect(answer.text).not.toMatch(/12345678|hush/)
})

test('headers keep the page to itself and answers out of caches', async () => {
  const { headers } = await backend.operator('GET', '/api/config')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("img-src 'self' data: blob: https://*.tiles.example")
  expect(policy).not.toMatch(/unsafe/)
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
  })
  expect(headers).not.toHaveProperty('x-powered-by')
  expect(headers).not.toHaveProperty('strict-transport-security')
})

test('requests from an allowed origin pass', async () => {
  const from = (origin: string) => backend.operator('POST', '/api/stations', {}, { origin })
  expect((await from('https://map.example.org')).status).toBe(400)
  expect((await from('https://other.example.org')).status).toBe(403)
})

test('a stranger cannot make the server read a large body', async () => {
  const { hostname, port } = new URL(backend.url)
  const socket = connect(Number(port), hostname)
  const head =
    'POST /api/stations/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 20000000\r\n\r\n'
  const answer = await new Promise<string>((settle) => {
    socket.once('data', (data) => settle(String(data)))
    socket.write(head)
  })
  socket.destroy()
  expect(answer).toMatch(/^HTTP\/1\.1 401/)
})

test('health tells the reasons when something is missing', async () => {
  expect((await backend.request('GET', '/api/health/live')).status).toBe(200)
  const ready = await backend.request('GET', '/api/health/ready')
  expect([ready.status, ready.body]).toEqual([200, { status: 'ready', reasons: [] }])
})

test('the documentation is served under the same policy', async () => {
  const page = await backend.operator('GET', '/api/docs')
  expect(page.text).not.toMatch(/<script>|<style|style=/)
  for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect([path, (await backend.operator('GET', path as string)).status]).toEqual([path, 200])
  }
  expect((await backend.operator('GET', '/api/docs/package.json')).status).toBe(404)
  expect((await backend.operator('GET', '/api/docs/..%2Fpackage.json')).status).toBe(404)
  expect((await backend.operator('GET', '/api/openapi.json')).body.openapi).toBe('3.1.0')
})

test('layers are kept, listed, replaced and checked', async () => {
  const ring = [
    [116, 39],
    [117, 39],
    [117, 40],
    [116, 39],
  ]
  const layer = (coordinates: unknown) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          properties: { name: '区\u0000' },
          geometry: { type: 'Polygon', coordinates: [coordinates] },
        },
      ],
    })
  const put = (
    id: string,
    text: string,
    query = '?name=Districts&kind=jurisdictions',
    type = 'application/geo+json',
  ) => backend.operator('PUT', `/api/layers/${id}${query}`, text, { 'content-type': type })
  const view = { id: 'districts', name: 'Districts', kind: 'jurisdictions', features: 1 }
  expect((await put('districts', layer(ring))).body).toEqual(view)
  expect((await put('districts', `\uFEFF${layer(ring)}`)).body).toEqual(view)
  expect((await backend.operator('GET', '/api/layers')).body).toEqual([view])
  const stored = await backend.operator('GET', '/api/layers/districts')
  expect(stored.headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(stored.body.features[0].geometry.coordinates).toEqual([ring])
  const open = await put('open', layer(ring.slice(0, 3)))
  expect([open.status, open.body.errors[0].field]).toEqual([400, expect.stringContaining('coordinates')])
  expect((await put('x', '{"type":')).body.detail).toMatch(/not valid JSON/)
  expect((await put('x', layer(ring), '')).body.errors[0].field).toBe('name')
  expect((await put('x', layer(ring), '?name=X&kind=roads')).body.errors[0].field).toBe('kind')
  expect((await put('a%20b', layer(ring))).status).toBe(400)
  expect((await put('x', 'x', '?name=X', 'image/png')).status).toBe(415)
  expect((await put('x', ' '.repeat(20 * 1024 * 1024 + 1))).status).toBe(413)
  expect((await backend.operator('DELETE', '/api/layers/districts')).status).toBe(204)
  for (const id of ['districts', '%00'])
    expect((await backend.operator('GET', `/api/layers/${id}`)).status).toBe(404)
})

test('the built web app: hashed files for ever, pages for every path, nothing outside', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-static-'))
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Osprey</title>')
  writeFileSync(join(directory, 'assets/app-1a2b.js'), `console.log(${JSON.stringify('x'.repeat(5000))})`)
  const app = express().use(securityHeaders({ tileUrl: undefined, tls: true }), staticFiles(directory))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((settle) => server.once('listening', settle))
  const { port } = server.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const get = (path: string, headers = {}) => send(url + path, 'GET', { headers })
  try {
    const page = await get('/stations/s-1')
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Osprey</title>'])
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(page.headers['strict-transport-security']).toContain('max-age=31536000')
    const again = await get('/', { 'if-none-match': page.headers['etag'] })
    expect(again.status).toBe(304)
    const asset = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip' })
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(asset.headers['content-encoding']).toBe('gzip')
    expect(asset.headers['content-type']).toMatch(/javascript/)
    expect(gunzipSync(asset.bytes).toString()).toContain('xxxx')
    for (const path of [
      '/assets/gone.js',
      '/api/x',
      '/metrics',
      '/live',
      '/%2e%2e/%2e%2e/etc/passwd.txt',
      '/assets/..%2f..%2fx.js',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
    expect((await send(`${url}/`, 'POST')).status).toBe(404)
  } finally {
    server.close()
    rmSync(directory, { recursive: true })
  }
})
