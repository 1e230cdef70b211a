import { decodeBatch } from './batch.ts'
import type { Latest } from './latest.ts'
import type { Ledger } from './ledger.ts'
import type { Outbox } from './outbox.ts'
import type { Resolver } from './resolver.ts'
import type { Log } from './retry.ts'

export interface RecoverParts {
  outbox: Outbox
  ledger: Ledger
  latest: Latest
  resolver: Resolver
  /** Asks for the datastream of a series slot that held readings wait for. */
  want: (series: number) => void
  /** Told of every reading that waits: it was heard. */
  heard?: ((series: number, receivedAt: number, quality: number) => void) | undefined
  log: Log
}

/**
 * Rebuilds from the outbox what lives in memory only: pending readings per device and the latest values that
 * have not reached the store. Readings in damaged batches are counted as lost and the batches removed.
 */
export async function recover(parts: RecoverParts): Promise<void> {
  const { outbox, ledger, log } = parts
  ledger.load(outbox)
  const damaged = outbox.load((bytes, held) => {
    const view = decodeBatch(bytes)
    if (typeof view === 'string') {
      log.error({ damage: view, bytes: bytes.length }, 'outbox batch is damaged')
      return undefined
    }
    return restoreBatch(view, held, parts)
  })
  const lost = ledger.reconcile()
  if (lost !== 0) log.error({ readings: lost }, 'readings were lost with damaged outbox batches')
  await outbox.write([...damaged, ...ledger.takeWrites('archive')])
}

function restoreBatch(
  view: Exclude<ReturnType<typeof decodeBatch>, string>,
  held: boolean,
  { ledger, latest, resolver, want, heard }: RecoverParts,
): { rows: number; receivedAt: number } {
  const named = view.names.map(([station, property]) => resolver.seriesOf(station, property))
  if (held) for (const series of named) want(series)
  let row = 0
  let receivedAt = 0
  for (let run = 0; run < view.runs; run++) {
    const end = view.runEnd[run] as number
    const time = view.runTime[run] as number
    const received = view.runReceived[run] as number
    receivedAt = Math.max(receivedAt, received)
    ledger.restored(view.runDevice[run] as number, end - row)
    for (; row < end; row++) {
      const datastream = view.datastream[row] as number
      const series = datastream < 0 ? named[-1 - datastream] : resolver.seriesOfDatastream(datastream)
      if (series === undefined) continue
      latest.record(
        series,
        time,
        received,
        view.value[row] as number,
        view.quality[row] as number,
        view.text.get(row),
      )
      heard?.(series, received, view.quality[row] as number)
    }
  }
  return { rows: view.rows, receivedAt }
}
