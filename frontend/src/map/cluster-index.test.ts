import { expect, test } from '@jest/globals'
import { storeOf } from '../stations/stations.fixture.ts'
import { ClusterIndex, MAX_ZOOM, SEPARATE_ZOOM } from './cluster-index.ts'
import { clusterState } from './cluster-state.ts'

const WORLD: [number, number, number, number] = [-180, -85, 180, 85]
const store = storeOf(
  { id: 'a', longitude: 116.4, latitude: 39.9, level: 1 },
  { id: 'b', longitude: 116.4, latitude: 39.9, level: 4, alert: 'exceeding' },
  { id: 'c', longitude: 116.41, latitude: 39.91, status: 'silent', level: 5 },
  { id: 'd', longitude: 121.5, latitude: 31.2, status: 'never' },
)
const everything = Int32Array.from([0, 1, 2, 3])

function indexOf(rows = everything): ClusterIndex {
  const index = new ClusterIndex()
  index.load(store, rows)
  return index
}

test('far out neighbours are one cluster, distant stations stay apart', () => {
  const marks = indexOf().marks(WORLD, 8)
  expect(marks.map(({ count }) => count).sort()).toEqual([1, 3])
  const [single] = marks.filter(({ row }) => row >= 0)
  expect(single?.row).toBe(3)
})

test('every station is in exactly one mark at every zoom', () => {
  const index = indexOf()
  for (let zoom = 0; zoom <= MAX_ZOOM; zoom++) {
    const rows = index
      .marks(WORLD, zoom)
      .flatMap(({ row, cluster }) => (row >= 0 ? [row] : [...index.membersOf(cluster)]))
    expect(rows.sort()).toEqual([0, 1, 2, 3])
  }
})

test('stations at one place stay together at the closest zoom and say so', () => {
  const index = indexOf()
  const pile = index.marks(WORLD, MAX_ZOOM).find(({ cluster }) => cluster !== 0)
  expect([...index.membersOf(pile?.cluster ?? 0)].sort()).toEqual([0, 1])
  expect(index.expansionZoom(pile?.cluster ?? 0)).toBeGreaterThan(MAX_ZOOM)
})

test('a cluster that falls apart names a zoom of the map', () => {
  const index = indexOf()
  const cluster = index.marks(WORLD, 5).find(({ count }) => count === 3)?.cluster ?? 0
  const zoom = index.expansionZoom(cluster)
  expect(zoom).toBeGreaterThan(5)
  expect(zoom).toBeLessThanOrEqual(SEPARATE_ZOOM)
})

test('a zoom between two levels uses the lower one', () => {
  const index = indexOf()
  expect(index.marks(WORLD, 8.9)).toEqual(index.marks(WORLD, 8))
})

test('only the given rows are in the index', () => {
  expect(indexOf(Int32Array.from([3])).marks(WORLD, 3)).toHaveLength(1)
  expect(indexOf(new Int32Array(0)).marks(WORLD, 3)).toEqual([])
})

test('a cluster takes the worst of its live members and counts the rest', () => {
  expect(clusterState(store, Int32Array.from([0, 1, 2]))).toEqual({
    level: 4,
    exceeding: 1,
    firing: 0,
    worstAlert: 0,
    silent: 1,
    live: 2,
    count: 3,
  })
})

test('when nobody is live the last known level is shown', () => {
  expect(clusterState(store, Int32Array.from([2, 3]))).toMatchObject({
    level: 5,
    live: 0,
    silent: 1,
    count: 2,
  })
})

test('a cluster follows the states without a new index', () => {
  const changing = storeOf({ id: 'a', level: 0 }, { id: 'b', level: 0 })
  const index = new ClusterIndex()
  index.load(changing, Int32Array.from([0, 1]))
  const cluster = index.marks(WORLD, 4)[0]?.cluster ?? 0
  expect(clusterState(changing, index.membersOf(cluster)).level).toBe(0)
  changing.applyDelta(
    [{ id: 'b', status: 'live', level: 3, alert: 'exceeding', time: 1, property: 'pm25', value: 1 }],
    {},
  )
  expect(clusterState(changing, index.membersOf(cluster))).toMatchObject({ level: 3, exceeding: 1 })
})
