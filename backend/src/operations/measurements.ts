import type { Journal } from '@osprey/journal/journal'
import type { Alerts } from '../alerts/alerts.ts'
import type { Heads } from '../audit/heads.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { LiveHub } from '../live/live.ts'
import type { Mail } from '../mail/mail.ts'
import type { Notifications } from '../notifications/notifications.ts'
import type { ObservationStore } from '../observations/store.ts'
import type { Archive } from '../pipeline/archive.ts'
import type { Latest } from '../pipeline/latest.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { PresenceBoard } from '../registry/presence.ts'
import type { Registry } from '../registry/registry.ts'
import type { Measurement } from './metrics.ts'

export interface MeasuredParts {
  journal: Journal
  pipeline: Pipeline
  evaluation: Evaluation
  alerts: Alerts
  outbox: Outbox
  archive: Archive
  store: ObservationStore
  latest: Latest
  registry: Registry
  presence: PresenceBoard
  live: LiveHub
  mail: Mail
  notifications: Notifications
  heads: Heads
}

/** What /metrics tells of the way of the readings; each is read when scraped. */
export function measurements(parts: MeasuredParts): Measurement[] {
  return [
    ...journal(parts),
    ...pipeline(parts),
    ...evaluation(parts),
    ...archive(parts),
    ...ledger(parts),
    ...registered(parts),
    ...watching(parts),
    ...mail(parts),
    ...notified(parts),
    ...audited(parts),
  ]
}

function journal({ journal }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_journal_bytes',
      help: 'Bytes of messages in the journal, and the most it may hold',
      labelName: 'what',
      read: () => ({ used: journal.stats().bytes, limit: journal.stats().maxBytes }),
    },
    {
      name: 'osprey_journal_damaged_records',
      help: 'Journal records that could not be read',
      read: () => journal.stats().damaged,
    },
    {
      name: 'osprey_journal_entries',
      help: 'Entries ever journaled: all, and messages with readings',
      labelName: 'kind',
      read: () => ({ ...journal.totals() }),
    },
  ]
}

function pipeline({ pipeline, latest }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_pipeline_running',
      help: '1 while the pipeline reads the journal',
      read: () => (pipeline.stats().state === 'running' ? 1 : 0),
    },
    {
      name: 'osprey_pipeline_backlog_entries',
      help: 'Journal entries not taken yet',
      read: () => pipeline.stats().backlog,
    },
    {
      name: 'osprey_pipeline_entries',
      help: 'Journal entries since start: taken, of topics nobody reads, lost to faults or damage',
      labelName: 'outcome',
      read: () => {
        const { entries, ignored, faults, damagedRecords } = pipeline.stats()
        return { taken: entries, ignored, faults, damagedRecords }
      },
    },
    {
      name: 'osprey_notices_waiting',
      help: 'Rejections, presence and other notices not delivered yet',
      labelName: 'kind',
      read: () => mapValues(pipeline.stats().notices, ({ waiting }) => waiting),
    },
    {
      name: 'osprey_notices_shed',
      help: 'Notices given up because their queue was full',
      labelName: 'kind',
      read: () => mapValues(pipeline.stats().notices, ({ shed }) => shed),
    },
    {
      name: 'osprey_command_results_refused',
      help: 'Results of commands that were too large, or too many from one device',
      read: () => pipeline.stats().commandResultsRefused,
    },
    {
      name: 'osprey_recent_messages',
      help: 'Last messages kept to look at: devices, bytes in memory, devices forgotten to make room',
      labelName: 'what',
      read: () => ({ ...pipeline.stats().recentMessages }),
    },
    {
      name: 'osprey_stations',
      help: 'Stations by status',
      labelName: 'status',
      read: () => {
        const { live, silent, never } = latest.stats()
        return { live, silent, never }
      },
    },
  ]
}

function evaluation({ evaluation, alerts }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_rule_instances',
      help: 'Rules at their stations: of conditions, of silence, waiting for their past, that cannot judge as they are',
      labelName: 'kind',
      read: () => {
        const { condition, noData: no_data, cold, troubled } = evaluation.stats().instances
        return { condition, no_data, cold, troubled }
      },
    },
    {
      name: 'osprey_rule_observations',
      help: 'Readings offered to rules since start: judged, ignored (late, known, flag does not count), from the future, read again after the start',
      labelName: 'outcome',
      read: () => {
        const { judged, ignored, fromFuture: future, again } = evaluation.stats().observations
        return { judged, ignored, future, again }
      },
    },
    {
      name: 'osprey_alert_transitions',
      help: 'What rules did since start',
      labelName: 'kind',
      read: () => ({ ...evaluation.stats().transitions }),
    },
    {
      name: 'osprey_rule_states',
      help: 'States of rules: saved since start, changed and not saved yet, that could not be saved, damaged at the start',
      labelName: 'outcome',
      read: () => {
        const { instances, waiting, failed, damaged } = evaluation.stats().saved
        return { saved: instances, waiting, failed, damaged }
      },
    },
    {
      name: 'osprey_rule_warm_up',
      help: 'New rules waiting for their past from the store, failed attempts, and those that went on without',
      labelName: 'what',
      read: () => {
        const { waiting, failures, withoutPast: without_past } = evaluation.stats().warmUp
        return { waiting, failures, without_past }
      },
    },
    {
      name: 'osprey_alerts_untold',
      help: 'Transitions of alerts that wait for the database, their bytes, and those it can never take',
      labelName: 'what',
      read: () => {
        const { waiting: notices, bytes, setAside: set_aside } = evaluation.stats().queue
        return { notices, bytes, set_aside }
      },
    },
    {
      name: 'osprey_alerts_stored',
      help: 'Transitions of alerts that reached the database since start, and those that could not be followed',
      labelName: 'kind',
      read: () => {
        const { fired, raised, resolved, ...not } = alerts.stats()
        const {
          unknownRule: unknown_rule,
          unknownAlert: unknown_alert,
          alreadyResolved: already_resolved,
        } = not
        return { fired, raised, resolved, unknown_rule, unknown_alert, already_resolved }
      },
    },
    {
      name: 'osprey_alert_corrections',
      help: 'Disagreements between rules and open alerts found and mended since start',
      read: () => evaluation.stats().corrections,
    },
    {
      name: 'osprey_alert_faults',
      help: 'Judgements of rules that failed by an error in the program since start',
      read: () => evaluation.stats().faults,
    },
  ]
}

function archive({ archive, outbox, store }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_outbox_bytes',
      help: 'Bytes of readings waiting for the store, and the most the outbox may hold',
      labelName: 'what',
      read: () => ({ used: outbox.stats().bytes, limit: outbox.stats().maxBytes }),
    },
    {
      name: 'osprey_outbox_rows',
      help: 'Readings waiting for the store',
      read: () => outbox.stats().rows,
    },
    {
      name: 'osprey_archive_lag_seconds',
      help: 'Age of the oldest reading not stored yet; 0 when all are',
      read: () => {
        const { oldestPending } = archive.stats()
        return oldestPending ? Math.max(0, (Date.now() - oldestPending) / 1000) : 0
      },
    },
    {
      name: 'osprey_archive_failures',
      help: 'Attempts to store that failed since start',
      read: () => archive.stats().failures,
    },
    {
      name: 'osprey_store_rows',
      help: 'Rows given to the store since start',
      labelName: 'outcome',
      read: () => ({ appended: store.stats().appendedRows, refused: store.stats().refusedRows }),
    },
  ]
}

function ledger({ pipeline }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_readings',
      help: 'The ledger: received = stored + rejected + pending',
      labelName: 'account',
      read: () => {
        const { received, stored, rejected, pending } = pipeline.total()
        return { received, stored, rejected, pending }
      },
    },
    {
      name: 'osprey_readings_rejected',
      help: 'Rejected readings by reason',
      labelName: 'reason',
      read: () => pipeline.total().rejectedBy as Record<string, number>,
    },
    {
      name: 'osprey_messages',
      help: 'Messages with readings',
      labelName: 'account',
      read: () => ({ ...pipeline.total().messages }),
    },
  ]
}

function registered({ registry, presence }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_registered',
      help: 'What is registered',
      labelName: 'what',
      read: () => ({
        stations: registry.stations.size,
        sites: registry.sites.size,
        devices: registry.devices.size,
        datastreams: registry.datastreams.size,
      }),
    },
    { name: 'osprey_devices_connected', help: 'Devices connected now', read: () => presence.connected() },
  ]
}

function watching({ live }: MeasuredParts): Measurement[] {
  return [
    { name: 'osprey_live_clients', help: 'Browsers watching live values', read: () => live.stats().clients },
    {
      name: 'osprey_live_evicted',
      help: 'Watching browsers cut off since start, by cause',
      labelName: 'cause',
      read: () => live.stats().evicted,
    },
    {
      name: 'osprey_live_refused',
      help: 'Live connections refused since start, by cause',
      labelName: 'cause',
      read: () => live.stats().refused,
    },
    {
      name: 'osprey_live_frames',
      help: 'Frames sent to watching browsers since start; told: alerts and notices',
      labelName: 'kind',
      read: () => {
        const { snapshots: snapshot, deltas: delta, told } = live.stats()
        return { snapshot, delta, told }
      },
    },
  ]
}

function audited({ heads }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_audit_entries',
      help: 'Entries of the audit log when a head was last considered, at most a minute ago',
      read: () => heads.stats().entries,
    },
    {
      name: 'osprey_audit_head_age_seconds',
      help: 'Age of the last signed head written outside the database; at most an hour when all is well',
      read: () => heads.stats().headAgeSeconds,
    },
    {
      name: 'osprey_audit_head_failures',
      help: 'Attempts to write a signed head that failed since start',
      read: () => heads.stats().failures,
    },
    {
      name: 'osprey_audit_head_mismatch',
      help: '1 when the audit log was found to contradict its last signed head',
      read: () => (heads.stats().mismatch ? 1 : 0),
    },
    {
      name: 'osprey_audit_head_pushes',
      help: 'Signed heads pushed to the webhook since start, failed attempts, heads given up, and waiting now',
      labelName: 'outcome',
      read: () => ({ ...heads.stats().pushed }),
    },
  ]
}

function mail({ mail }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_mails',
      help: 'Mails since start: sent, waiting, failed for good, turned away because none could be taken',
      labelName: 'state',
      read: () => ({ ...mail.stats() }),
    },
  ]
}

function notified({ notifications }: MeasuredParts): Measurement[] {
  return [
    {
      name: 'osprey_notifications',
      help: 'Notifications waiting now; delivered, failed for good and failed attempts since start',
      labelName: 'state',
      read: () => {
        const { waiting, delivered, failed, attemptsFailed } = notifications.stats()
        return { waiting, delivered, failed, attemptsFailed }
      },
    },
    {
      name: 'osprey_notifications_oldest_waiting_seconds',
      help: 'Age of the oldest notification not delivered yet; 0 when all are',
      read: () => notifications.stats().oldestWaitingSeconds,
    },
  ]
}

function mapValues<Value>(record: Record<string, Value>, pick: (value: Value) => number) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, pick(value)]))
}
