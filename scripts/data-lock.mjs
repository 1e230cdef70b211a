import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.mjs'

/**
 * Takes the data directory for this launcher. The file names the holder by process id and, where the system tells
 * it, start time, so that a lock left behind by a crash does not stop the next start, even when its id was reused.
 * @param {string} dataDir
 * @returns {() => void} gives it back
 */
export function takeDataDirectory(dataDir) {
  const file = join(dataDir, 'run', 'launcher.json')
  mkdirSync(join(dataDir, 'run'), { recursive: true, mode: 0o700 })
  const mine = JSON.stringify({ pid: process.pid, started: startTime(process.pid) })
  while (!createFile(file, mine)) {
    const holder = readHolder(file)
    if (holder !== undefined && isRunning(holder)) {
      throw new Failure(
        `${dataDir} is already in use by another Osprey launcher (process ${holder.pid}). ` +
          'Stop that one, or set OSPREY_DATA_DIR to another folder.',
      )
    }
    setAside(file, holder)
  }
  return () => rmSync(file, { force: true })
}

function createFile(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw new Failure(
      `the data directory cannot be written (${error.message}). Set OSPREY_DATA_DIR to a folder that can.`,
    )
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Renaming first: of two launchers that find the same dead lock, the slower one must not remove the other's new lock. */
function setAside(file, dead) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (readHolder(aside)?.pid === dead?.pid) rmSync(aside, { force: true })
  else renameSync(aside, file)
}

function isRunning({ pid, started }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code === 'ESRCH') return false
  }
  return started === null || startTime(pid) === started
}

/** Ticks since boot at which the process started (proc(5), field 22), or null where /proc does not exist. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
