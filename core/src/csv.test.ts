import { expect, test } from '@jest/globals'
import { withoutApostrophe, writeCsv } from './csv.ts'

const rowsOf = (text: string) => text.replace('\uFEFF', '').split('\r\n').slice(0, -1)

test('what a spreadsheet would run is made text, and comes back as it was', () => {
  for (const hostile of ['=1+1', '+1;2', '-A1', '@SUM(A1)', '\tx', '\rx', '＝1', "'=1"]) {
    const [written = ''] = rowsOf(writeCsv([[hostile]]).replace(/\r(?!\n)/g, '␍'))
    expect(written.replace(/^"/, '')).toMatch(/^'/)
    expect(withoutApostrophe(`'${hostile}`)).toBe(hostile)
  }
  expect(withoutApostrophe("'quoted'")).toBe("'quoted'")
})

test('numbers stay numbers and separators are quoted', () => {
  expect(rowsOf(writeCsv([[-1.5, '-1.5', 'a,b', 'say "x"', 'a;b', null, undefined, ' x']]))).toEqual([
    '-1.5,-1.5,"a,b","say ""x""","a;b",,," x"',
  ])
})
