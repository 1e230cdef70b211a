import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CONTROLLERS } from '../app.module.ts'
import { routesOf } from '../http/routes.ts'
import type { Answer, TestBackend } from '../testing.ts'
import { ACCESS_TABLE, LIVE } from './access-table.ts'
import { ACTORS, type MatrixActor } from './matrix/actors.ts'
import { type Cell, matrix, type Outcome, reaches } from './matrix/cells.ts'
import { contentsOf, expectedContents } from './matrix/contents.fixture.ts'
import { EffectBook, effectsIn } from './matrix/effects.fixture.ts'
import { watch } from './matrix/live.fixture.ts'
import { objectName, renderMatrix } from './matrix/render.ts'
import { type MatrixRequest, requestOf } from './matrix/requests.fixture.ts'
import { accountOf, headersOf, startWorld } from './matrix/world.fixture.ts'

/**
 * Role × endpoint × jurisdiction, generated from the access table: every cell is asked of a running backend. The
 * cells, and what is expected of them, are in matrix/cells.ts.
 */

const routes = routesOf(CONTROLLERS).map((route) => ({ ...route, label: `${route.method} ${route.path}` }))
const statusOf = new Map(routes.map(({ label, status }) => [label, status]))
const rows = matrix()

let backend: TestBackend
beforeAll(async () => {
  backend = await startWorld()
})
afterAll(() => backend?.stop())

test('every route is in the access table, and every row of it is a route', () => {
  const labels = routes.map(({ label }) => label)
  expect(Object.keys(ACCESS_TABLE).sort()).toEqual([LIVE, ...labels].sort())
  expect(routes.filter(({ declaration }) => !declaration).map(({ label }) => label)).toEqual([])
  expect(new Set(labels).size).toBe(labels.length)
})

test('docs/access-matrix.md is what the table says; npm run access-matrix writes it', () => {
  const page = readFileSync(new URL('../../../docs/access-matrix.md', import.meta.url), 'utf8')
  expect(page === renderMatrix()).toBe(true)
})

test('lists, counts, exports and live frames hold what is inside and nothing else', async () => {
  const readers = ACTORS.filter(
    ({ via, ended, secondFactorDue, permissions }) =>
      via !== 'nothing' && ended === null && !secondFactorDue && permissions.has('stations:read'),
  )
  expect(readers.length).toBeGreaterThan(20)
  await Promise.all(
    readers.map(async (actor) => {
      const found = await contentsOf(actor, backend)
      expect({ actor: actor.name, ...found }).toEqual({ actor: actor.name, ...expectedContents(actor) })
    }),
  )
})

test('every cell answers as expected, and no denied one changes anything', async () => {
  const book = await EffectBook.open(backend)
  const wrong: string[] = []
  const notFound = new Map<string, Set<string>>()
  let asked = 0
  const askAll = async (actor: MatrixActor) => {
    for (const cell of inOrder(cellsOf(actor))) {
      asked++
      if (cell.route === LIVE) {
        const outcome = await watch(actor, backend)
        if ((cell.expected === 'done') !== Array.isArray(outcome)) wrong.push(`${nameOf(cell)}: ${outcome}`)
        continue
      }
      const request = requestOf(cell)
      const headers = { ...headersOf(actor, backend), ...request.options.headers }
      const answer = await backend.request(request.method, request.url, { ...request.options, headers })
      const problem = complaint(cell, answer)
      if (problem) wrong.push(`${nameOf(cell)}: ${problem}`)
      if (cell.expected === 'done') book.done(effectsIn(cell, request))
      if (answer.status === 404) {
        const forms = notFound.get(cell.route) ?? new Set()
        notFound.set(cell.route, forms.add(formOf(answer, request)))
      }
    }
  }
  await Promise.all(ACTORS.map(askAll))
  // What lies outside cannot be told from what was never there.
  const distinguishable = [...notFound].filter(([, forms]) => forms.size !== 1)
  const differences = await book.differences(backend)
  expect({ wrong, distinguishable, differences }).toEqual({ wrong: [], distinguishable: [], differences: [] })
  expect(asked).toBe(rows.reduce((sum, { cells }) => sum + cells.length, 0))
  console.info(`access matrix: ${asked} cells asked`)
}, 180_000)

function cellsOf(actor: MatrixActor): Cell[] {
  return rows.flatMap(({ cells }) => cells.filter((cell) => cell.actor === actor))
}

/** These end the session they come with. */
const ENDING = new Set(['DELETE /api/session', 'POST /api/session/visit'])

/** Reads first, removals last, and what ends the actor's own session after everything else. */
function inOrder(cells: readonly Cell[]): Cell[] {
  const rank = ({ route }: Cell) => {
    if (ENDING.has(route)) return 100
    const method = ['GET', 'WS', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(route.split(' ')[0] as string)
    return method * 10 - route.split('/').length
  }
  return [...cells].sort((one, other) => rank(one) - rank(other))
}

const TAKES_TIME = new Set(['POST /api/backups', 'POST /api/rules/backtest'])

function complaint({ route, expected }: Cell, { status, text }: Answer): string | undefined {
  const sound: Record<Outcome, (status: number) => boolean> = {
    // These take their time and are tested elsewhere: the empty body is refused by whoever would do it.
    done: (found) => found === (TAKES_TIME.has(route) ? 400 : statusOf.get(route)),
    in: (found) => found < 500 && found !== 401 && (found !== 403 || route === 'POST /api/session/visit'),
    refused: (found) => found === 400 || found === 422,
    401: (found) => found === 401,
    403: (found) => found === 403,
    404: (found) => found === 404,
  }
  return sound[expected](status) ? undefined : `expected ${expected}, got ${status} ${text.slice(0, 200)}`
}

function nameOf({ actor, route, object }: Cell): string {
  return `${actor.name}: ${route} ${objectName(object)}`
}

/** The answer without what it must say of the request. */
function formOf({ headers, text }: Answer, { id }: MatrixRequest): string {
  const names = Object.keys(headers).sort().join()
  return `${names}\n${headers['content-type']}\n${text.replaceAll(id, 'ID')}`
}

test('whoever was turned away is on record', async () => {
  const denied = rows.flatMap(({ cells }) => cells.filter(({ expected }) => expected === 403))
  const names = new Set(denied.map(({ actor }) => accountOf(actor)))
  const found = await backend.sql(
    "select distinct object_id as name from audit_entries where action = 'session.denied'",
  )
  expect(found.map(({ name }) => name).sort()).toEqual([...names].sort())
})

test('the places of the matrix are told apart', () => {
  const bounded = ACTORS.filter(({ territory }) => territory === 'A')
  expect(bounded.every((actor) => reaches(actor, 'nested') && !reaches(actor, 'B'))).toBe(true)
})
