import type { Journal, JournalEntry } from '@osprey/journal/journal'
import { Intake } from './intake.ts'
import type { Judging } from './judging.ts'
import { listenedUntil } from './reception.ts'
import type { Resolver } from './resolver.ts'
import { type Log, nextTurn } from './retry.ts'

export interface ReplayParts {
  journal: Pick<Journal, 'read'>
  resolver: Resolver
  judging: Judging
  log: Log
  signal: AbortSignal
}

const READ_ENTRIES = 1024
const TURN_ENTRIES = 256

/**
 * Reads the journal again from after `from` up to `to`, for the machines of rules only: what was saved of them is a
 * little older than the cursor. Rows, ledger and latest values have it already. Answers false when it was aborted; the
 * machines then stand somewhere in between and must not be saved.
 */
export async function replayForMachines(parts: ReplayParts, from: number, to: number): Promise<boolean> {
  const { journal, judging, log, signal } = parts
  const begun = performance.now()
  const intake = intakeFor(parts)
  judging.readingAgain = true
  let position = from
  let entries = 0
  while (position < to) {
    const records = journal.read(position, READ_ENTRIES)
    if (records.length === 0) break
    for (const record of records) {
      for (let at = 0; at < record.entries.length && record.first + at <= to; at++) {
        judging.position(record.first + at)
        takeAgain(intake, judging, record.entries[at] as JournalEntry)
        if (++entries % TURN_ENTRIES === 0) await nextTurn()
      }
      position = record.last
      if (signal.aborted) return false
    }
  }
  judging.readingAgain = false
  judging.position(to)
  log.info(
    { entries, milliseconds: Math.round(performance.now() - begun) },
    'rules stand where the readings do',
  )
  return true
}

function takeAgain(intake: Intake, judging: Judging, entry: JournalEntry): void {
  judging.reach(entry.receivedAt)
  if (entry.kind === 'listening') judging.listensSince(entry.receivedAt, listenedUntil(entry))
  else if (entry.kind !== 'publish') return
  else if (entry.topic.endsWith('/observations')) intake.take(entry, 'observations')
  else if (entry.topic.endsWith('/senml')) intake.take(entry, 'senml')
}

/** An intake that feeds the machines and nothing else. */
function intakeFor({ resolver, judging }: ReplayParts): Intake {
  const nothing = () => {}
  const rows = {
    rows: 0,
    mark: nothing,
    rollback: nothing,
    beginRun: nothing,
    add: nothing,
    addText: nothing,
  }
  return new Intake(
    {
      resolver,
      ledger: { slotOf: () => 0, heard: nothing, accepted: nothing, rejected: nothing },
      latest: { record: nothing },
      creation: { want: nothing },
      judge: judging,
      rejected: nothing,
      recent: { offer: nothing },
      faulted: nothing,
      keepsAccounts: false,
    },
    rows,
  )
}
