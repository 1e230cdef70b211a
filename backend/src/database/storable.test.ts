import { expect, test } from '@jest/globals'
import { storable, storableJson } from './storable.ts'

test('text loses what PostgreSQL refuses: NUL and half surrogate pairs, also one that cutting made', () => {
  expect(storable('a\0b\ud800c', 100)).toBe('a\ufffdb\ufffdc')
  expect(storable('🏭🏭', 3)).toBe('🏭\ufffd')
})

test('so does every text and name in a JSON document, and nothing else of it', () => {
  const document = JSON.parse(
    '{"a\\u0000":["\\ud800",1,null,true,{"\\udfff":"\\ud83c\\udfed"}],"__proto__":"x\\\\u0000"}',
  )
  expect(JSON.stringify(storableJson(document))).toBe(
    '{"a\ufffd":["\ufffd",1,null,true,{"\ufffd":"🏭"}],"__proto__":"x\\\\u0000"}',
  )
})
