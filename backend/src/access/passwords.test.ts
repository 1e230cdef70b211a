import { expect, test } from '@jest/globals'
import { Passwords } from './passwords.ts'

test('more at a time than can wait in line are told to come again', async () => {
  const passwords = new Passwords()
  const answers = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('a password')))
  const refused = answers.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
  expect(refused).toHaveLength(8)
  for (const reason of refused) expect(reason).toMatchObject({ status: 503 })
})
