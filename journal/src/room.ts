import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Room that stays free on the disk so that trimming, which also writes pages, still works on a full journal. */
const HEADROOM_BYTES = 32 * 1024 * 1024
/** On a small file system this share stays free instead. */
const HEADROOM_SHARE = 0.05
/** LMDB's own pages beside those of the records. */
const OVERHEAD_BYTES = 1024 * 1024

/**
 * Says why the journal in `path` should not grow now, or nothing when there is room: on the disk, or inside the
 * file, which never shrinks and keeps the pages of trimmed records for reuse.
 */
export function lackOfRoom(path: string, recordBytes: number): string | undefined {
  const disk = statfsSync(path)
  const free = disk.bavail * disk.bsize
  const headroom = Math.min(HEADROOM_BYTES, disk.blocks * disk.bsize * HEADROOM_SHARE)
  if (free > headroom) return undefined
  const reusable = statSync(join(path, 'data.mdb')).size - recordBytes * 1.1 - OVERHEAD_BYTES
  if (reusable > headroom) return undefined
  return `${Math.round(free / 1024)} KiB are free on the disk of the journal, ${Math.round(headroom / 1024)} KiB must stay free`
}
