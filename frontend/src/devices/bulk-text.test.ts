import { expect, test } from '@jest/globals'
import { MAX_BULK_DEVICES } from '@osprey/core/api'
import { readBulk } from './bulk-text.ts'

const known = {
  hasDevice: (id: string) => id === 'old',
  hasStation: (id: string) => ['north', 'south'].includes(id),
}
const read = (text: string) => readBulk(text, known)

test('a file with headings, quotes and a mark at its beginning', () => {
  expect(
    read('\uFEFFid,stations,authentication\r\npump-1,"north;south",Either\r\n\r\n pump-2 ,north\n'),
  ).toEqual([
    { line: 2, id: 'pump-1', stations: ['north', 'south'], authentication: 'either', problem: null },
    { line: 4, id: 'pump-2', stations: ['north'], authentication: 'secret', problem: null },
  ])
})

test('semicolons only: the stations follow the id', () => {
  expect(read('a;north;south\nb').map(({ id, stations }) => [id, stations])).toEqual([
    ['a', ['north', 'south']],
    ['b', []],
  ])
})

test('tabs, as pasted from a spreadsheet', () => {
  expect(read('a\tnorth south\nb\tnorth')).toMatchObject([
    { id: 'a', stations: ['north', 'south'] },
    { id: 'b', stations: ['north'] },
  ])
})

test('each row says what is wrong with it', () => {
  const rows = read('bad id,north\na,north\na,north\nold,north\nb,nowhere\nc,north,password\n=1+1,north')
  expect(rows.map(({ line, problem }) => [line, problem?.reason ?? null, problem?.value ?? null])).toEqual([
    [1, 'bad_id', 'bad id'],
    [2, null, null],
    [3, 'repeated_id', 'a'],
    [4, 'existing_id', 'old'],
    [5, 'unknown_station', 'nowhere'],
    [6, 'bad_authentication', 'password'],
    [7, 'bad_id', '=1+1'],
  ])
})

test('the rows beyond the most that can be created are refused, not dropped', () => {
  const rows = read(Array.from({ length: MAX_BULK_DEVICES + 2 }, (_, at) => `d${at},north`).join('\n'))
  expect(rows).toHaveLength(MAX_BULK_DEVICES + 2)
  expect(rows.filter(({ problem }) => problem?.reason === 'too_many')).toHaveLength(2)
})

test('nothing in, nothing out', () => {
  expect(read(' \n\n')).toEqual([])
})
