/** The journal has reached its byte cap, or the disk under it has no room left. Nothing was appended. */
export class JournalFullError extends Error {
  override readonly name = 'JournalFullError'
}

/** The disk did not confirm the append in time, or too much is already waiting for it. */
export class JournalTimeoutError extends Error {
  override readonly name = 'JournalTimeoutError'
}

/** Another process has opened the same journal for appending; this one may not append any more. */
export class JournalFencedError extends Error {
  override readonly name = 'JournalFencedError'
}

/** Storing failed for another reason (I/O error, closed environment). */
export class JournalWriteError extends Error {
  override readonly name = 'JournalWriteError'
}

/** The file of the journal was replaced under this process, which must start anew. */
export class JournalReplacedError extends Error {
  override readonly name = 'JournalReplacedError'
}

/** The command queue of one device, or of all devices together, is full. */
export class CommandQueueFullError extends Error {
  override readonly name = 'CommandQueueFullError'
}

/** Whether the error of a write means the disk (or its quota, or the file size limit) has no room. */
export function noRoomLeft(error: { message?: string; code?: unknown }): boolean {
  const { code } = error
  if (code === 28 || code === 122 || code === 27) return true // ENOSPC, EDQUOT, EFBIG
  return /no space left|quota exceeded|file too large|MAP_FULL/i.test(error.message ?? '')
}
