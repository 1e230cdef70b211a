import { expect, test } from '@jest/globals'
import type { LayerView } from '@osprey/core/api'
import type { Request } from '../session/request.ts'
import { LayerStore, layerIdFrom } from './layer-store.ts'

const view = (id: string): LayerView => ({ id, name: id, kind: 'rivers', features: 0 })

function server(layers: LayerView[]): { request: Request; asked: string[] } {
  const asked: string[] = []
  const request = async (path: string, options?: { method?: string }): Promise<unknown> => {
    asked.push(`${options?.method ?? 'GET'} ${path}`)
    if (path === '/api/layers') return layers
    return options?.method === 'PUT' ? layers[0] : { type: 'FeatureCollection', features: [] }
  }
  return { request: request as Request, asked }
}

test('content is fetched once, and again after it was replaced', async () => {
  const { request, asked } = server([view('a'), view('b')])
  const store = new LayerStore(request)
  await store.load()
  await store.load()
  expect(asked.filter((path) => path === 'GET /api/layers/a')).toHaveLength(1)
  await store.upload('a', 'A & co', 'rivers', new Blob(['{}']))
  expect(asked).toContain('PUT /api/layers/a?name=A+%26+co&kind=rivers')
  expect(asked.filter((path) => path === 'GET /api/layers/a')).toHaveLength(2)
  expect(asked.filter((path) => path === 'GET /api/layers/b')).toHaveLength(1)
})

test('layers are switched off and on', () => {
  const store = new LayerStore(server([]).request)
  store.toggle('a')
  expect(store.hidden.get().has('a')).toBe(true)
  store.toggle('a')
  expect(store.hidden.get().has('a')).toBe(false)
})

test('a file name becomes an id the server takes', () => {
  expect(layerIdFrom('Rivers of the North.geojson')).toBe('rivers-of-the-north')
  expect(layerIdFrom('Zürich.v2.json')).toBe('zurich.v2')
  expect(layerIdFrom('河流.geojson')).toBe('layer')
  expect(layerIdFrom(`${'x'.repeat(90)}.json`)).toHaveLength(64)
})
