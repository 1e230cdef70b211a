import { expect, test } from '@jest/globals'
import { judgePassword } from './passwords.ts'

test.each([
  ['short', 'li.na', 'too_short'],
  ['鱼鹰鱼鹰鱼鹰鱼', 'li.na', 'too_short'],
  ['🦅🦅🦅🦅', 'li.na', 'too_short'],
  ['liang.chen', 'liang.chen', 'is_the_user_name'],
  ['Liang.Chen1', 'liang.chen', 'is_the_user_name'],
  ['!!liang.chen2026', 'liang.chen', 'is_the_user_name'],
  ['nehc.gnail', 'liang.chen', 'is_the_user_name'],
  ['li.nali.na', 'li.na', 'is_the_user_name'],
  ['Password1', 'li.na', 'too_common'],
  ['ｐａｓｓｗｏｒｄ', 'li.na', 'too_common'],
  ['  woaini1314 ', 'li.na', 'too_common'],
  ['12345678', 'li.na', 'too_common'],
  ['87654321', 'li.na', 'too_common'],
  ['abcdefgh', 'li.na', 'too_common'],
  ['........', 'li.na', 'too_common'],
  ['abcabcabc', 'li.na', 'too_common'],
])('%j for %s is refused: %s', (password, username, reason) => {
  expect(judgePassword(password, username)).toEqual({ ok: false, reason })
})

test.each([
  ['correct horse battery', 'admin'],
  ['liang.chen and the river', 'liang.chen'],
  ['鱼鹰在河边捕鱼八月', 'li.na'],
  ['dEx9-w2k', 'li.na'],
  ['a longer sentence', ''],
])('%j for %j is accepted', (password, username) => {
  expect(judgePassword(password, username)).toEqual({ ok: true })
})

test('a long password is judged in no time', () => {
  for (const password of ['ab'.repeat(512), `${'a'.repeat(1023)}b`, '1'.repeat(1024)])
    expect(typeof judgePassword(password, 'li.na').ok).toBe('boolean')
})
