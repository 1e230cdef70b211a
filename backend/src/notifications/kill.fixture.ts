import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from '../database/schema.ts'
import { AllowList } from './addresses.ts'
import { Egress } from './egress.ts'
import { Sender } from './sender.ts'
import { fire, groupsOf, opening, ROUTE } from './world.fixture.ts'

/**
 * A process to be killed: stores an alert, decides, sends. It writes a line at each point and stops there for good
 * where it is told to die; run by kill.test.ts.
 */
const [, , connection = '', hook = '', alert = '', dieAt = ''] = process.argv

function point(name: string): Promise<void> {
  process.stdout.write(`${name}\n`)
  // Nothing more happens here until the process is killed.
  return name === dieAt ? new Promise(() => setInterval(() => {}, 1000)) : Promise.resolve()
}

const pool = new pg.Pool({ connectionString: connection })
const queries = drizzle(pool, { schema })
const route = { ...ROUTE, createdAt: Date.parse('2026-11-01T00:00:00Z') }
const groups = groupsOf(queries, [route], Date.now)

/** Between what a transaction does and its commit. */
const plain = queries.transaction.bind(queries)
const within = (name: string) => {
  queries.transaction = (work, options) =>
    plain(async (transaction) => {
      const result = await work(transaction)
      await point(name)
      return result
    }, options)
}

if (alert !== '') {
  within('alert written')
  await fire(queries, groups, { id: alert, at: Date.now() })
  await point('alert stored')
}
within('round written')
await groups.work()
await point('round stored')
const egress = new Egress(new AllowList(['127.0.0.1']))
const sent = Promise.withResolvers<void>()
within('delivery written')
const sender = new Sender({
  database: { queries },
  egress: {
    post: async (...given) => {
      await point('sending')
      const answer = await egress.post(...given)
      await point('sent')
      return answer
    },
  },
  sendMail: undefined,
  open: opening(hook),
  now: Date.now,
  log: {
    info: () => sent.resolve(),
    warn: (fields: object) => console.error(fields),
    error: (fields: object) => console.error(fields),
  } as never,
})
sender.start()
await sent.promise
await sender.stop()
await point('done')
await pool.end()
