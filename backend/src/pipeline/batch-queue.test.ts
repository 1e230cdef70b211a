import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BatchQueue, type PendingBatch } from './batch-queue.ts'

const batch = (sequence: number, rows = 1): PendingBatch => ({
  sequence,
  rows,
  bytes: rows * 10,
  receivedAt: 0,
})

const operation = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ kind: fc.constant('shift' as const), count: fc.nat(1200) }),
  fc.record({
    kind: fc.constant('replace' as const),
    count: fc.nat(50),
    index: fc.nat(2000),
    keep: fc.boolean(),
  }),
)

test('it is a list with sums, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
      const queue = new BatchQueue()
      let list: PendingBatch[] = []
      let next = 1
      for (const { kind, ...of } of operations) {
        if (kind === 'push') {
          for (let left = of.count; left > 0; left--) {
            const one = batch(next++, next % 7)
            queue.push(one)
            list.push(one)
          }
        } else if (kind === 'shift') {
          const count = Math.min(of.count, list.length)
          queue.shift(count)
          list = list.slice(count)
        } else {
          const { index = 0, keep = false } = of as { index?: number; keep?: boolean }
          if (index >= list.length) continue
          const by = keep ? batch(next++, 3) : undefined
          queue.replace(index, Math.min(of.count, list.length - index), by)
          list.splice(index, of.count, ...(by ? [by] : []))
        }
        expect(Array.from({ length: queue.length + 1 }, (_, at) => queue.at(at))).toEqual([
          ...list,
          undefined,
        ])
        expect(queue.rows).toBe(list.reduce((sum, { rows }) => sum + rows, 0))
        expect(queue.bytes).toBe(queue.rows * 10)
      }
    }),
  )
})
