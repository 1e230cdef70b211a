import { z } from 'zod'

/** What is in an archive, written last. docs/decisions/0008-backup.md describes the whole archive. */

export const ARCHIVE_FORMAT = 1
export const MANIFEST = 'manifest.json'
export const SUMS = 'SHA256SUMS'
/** Parts of an archive, each a folder. */
export const PARTS = {
  outbox: 'outbox',
  journal: 'journal',
  observations: 'observations',
  tables: 'tables',
  secrets: 'secrets',
  auditHeads: 'audit-heads',
} as const

const count = z.number().int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/)

export const manifest = z.strictObject({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.string(),
  begunAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Steps of the database schema. */
  schemaSteps: z.number().int().min(1),
  madeFrom: z.object({
    observations: z.enum(['duckdb', 'influxdb']),
    database: z.enum(['embedded', 'server']),
  }),
  tables: z.record(identifier, z.object({ columns: z.array(identifier).min(1), rows: count })),
  sequences: z.record(identifier, count),
  audit: z.object({ sequence: count, hash }),
  observations: z.object({
    count,
    datastreams: count,
    days: count,
    /** Series in a shared InfluxDB that belong to no datastream of this platform. */
    leftOut: z.object({ series: count, observations: count }),
  }),
  /** Readings the outbox still holds for the store, and how far the pipeline had read the journal. */
  outbox: z.object({ batches: count, held: count, cursor: count, journal: z.string().nullable() }),
  journal: z.object({ id: z.string().nullable(), lastSequence: count, messages: count }),
  secrets: z.array(z.string()),
  auditHeads: count,
})
export type Manifest = z.infer<typeof manifest>
