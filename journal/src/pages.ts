import { readSync } from 'node:fs'

/*
 * Reads the pages of an LMDB file without LMDB, which follows damaged page numbers into unmapped memory and takes
 * the process with it. Layout: MDB_page_header, MDB_node, MDB_db, MDB_meta of lmdb 1.0 as built into lmdb-js
 * (64-bit, little-endian); re-check on every upgrade of lmdb-js.
 */
export const PAGE_HEADER = 24
const META_MAGIC = 0xbeefc0de
const META_BYTES = 168
const BRANCH = 1
const LEAF = 2
const OVERFLOW = 4
const BIG_DATA = 1
const SUB_DATABASE = 2
export const NODE_HEADER = 8
const MAX_DEPTH = 32
const NO_ROOT = 0xffffffffffffffffn

export interface Meta {
  transaction: number
  pageSize: number
  lastPage: number
  freeRoot: number | undefined
  mainRoot: number | undefined
}

/** One key with its value; `value` is undefined when only its place was checked. */
export interface TreeNode {
  key: Buffer
  value: Buffer
  isDatabase: boolean
}

export interface PageFile {
  descriptor: number
  size: number
  meta: Meta
}

/** Reads both meta pages and returns the sound ones, newest first. */
export function readMetas(descriptor: number): Meta[] {
  const first = readMeta(descriptor, 0)
  const second = readMeta(descriptor, first?.pageSize ?? 4096)
  return [first, second].filter((meta) => meta !== undefined).sort((a, b) => b.transaction - a.transaction)
}

function readMeta(descriptor: number, offset: number): Meta | undefined {
  const page = readBytes(descriptor, offset, META_BYTES)
  if (page?.readUInt32LE(24) !== META_MAGIC) return undefined
  const pageSize = page.readUInt32LE(48)
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) return undefined
  return {
    transaction: Number(page.readBigUInt64LE(152)),
    pageSize,
    lastPage: Number(page.readBigUInt64LE(144)),
    freeRoot: rootPage(page.readBigUInt64LE(48 + 40)),
    mainRoot: rootPage(page.readBigUInt64LE(96 + 40)),
  }
}

function rootPage(page: bigint): number | undefined {
  return page === NO_ROOT ? undefined : Number(page)
}

/** Root page of the database described by the value of a main-tree node. */
export function databaseRoot(value: Buffer): number | undefined {
  return rootPage(value.readBigUInt64LE(40))
}

export function readBytes(descriptor: number, offset: number, length: number): Buffer | undefined {
  const target = Buffer.allocUnsafe(length)
  return readSync(descriptor, target, 0, length, offset) === length ? target : undefined
}

/**
 * Visits every node of the tree in key order. Unsound pages are reported and their branch is left out.
 * With `withValues` large values are read too, else their place alone is checked.
 */
export function walkTree(
  file: PageFile,
  root: number,
  withValues: boolean,
  onNode: (node: TreeNode) => void,
  onProblem: (detail: string) => void,
): void {
  const seen = new Set<number>()
  const visit = (number: number, depth: number): void => {
    const page = soundPage(file, number)
    if (typeof page === 'string' || seen.has(number) || depth > MAX_DEPTH) {
      onProblem(typeof page === 'string' ? page : `page ${number} is linked twice`)
      return
    }
    seen.add(number)
    const isBranch = (page.readUInt16LE(18) & BRANCH) !== 0
    for (const at of nodeOffsets(page)) {
      if (isBranch) {
        visit(childPage(page, at), depth + 1)
        continue
      }
      const node = leafNode(file, page, at, withValues)
      if (typeof node === 'string') onProblem(`page ${number}: ${node}`)
      else onNode(node)
    }
  }
  visit(root, 0)
}

/** The page, when it is a branch or a leaf with all its nodes inside it; else what is wrong. */
export function soundPage({ descriptor, meta }: PageFile, number: number): Buffer | string {
  const { pageSize } = meta
  if (number < 2 || number > meta.lastPage) return `page ${number} is outside the file`
  const page = readBytes(descriptor, number * pageSize, pageSize)
  if (!page) return `page ${number} is beyond the end of the file`
  if (page.readBigUInt64LE(0) !== BigInt(number)) return `page ${number} carries another number`
  const kind = page.readUInt16LE(18)
  const lower = page.readUInt16LE(20)
  const upper = page.readUInt16LE(22)
  if (kind !== BRANCH && kind !== LEAF) return `page ${number} is of the unexpected kind ${kind}`
  if (lower > upper || PAGE_HEADER + upper > pageSize || lower & 1) return `page ${number} has unsound bounds`
  for (const at of nodeOffsets(page)) {
    if (at < PAGE_HEADER + upper || at + NODE_HEADER > pageSize || at & 1)
      return `page ${number} has a stray node`
    if (at + NODE_HEADER + nodeLength(page, at, kind) > pageSize)
      return `page ${number} has a node that is too long`
  }
  return page
}

export function nodeOffsets(page: Buffer): number[] {
  return Array.from(
    { length: page.readUInt16LE(20) >> 1 },
    (_, i) => PAGE_HEADER + page.readUInt16LE(PAGE_HEADER + 2 * i),
  )
}

function nodeLength(page: Buffer, at: number, kind: number): number {
  const keyLength = page.readUInt16LE(at + 6)
  if (kind === BRANCH) return keyLength
  return keyLength + ((page.readUInt16LE(at + 4) & BIG_DATA) !== 0 ? 24 : page.readUInt32LE(at))
}

function childPage(page: Buffer, at: number): number {
  return page.readUInt32LE(at) + page.readUInt16LE(at + 4) * 0x100000000
}

function leafNode(file: PageFile, page: Buffer, at: number, withValues: boolean): TreeNode | string {
  const length = page.readUInt32LE(at)
  const flags = page.readUInt16LE(at + 4)
  const dataAt = at + NODE_HEADER + page.readUInt16LE(at + 6)
  const key = page.subarray(at + NODE_HEADER, dataAt)
  const isDatabase = (flags & SUB_DATABASE) !== 0
  if ((flags & BIG_DATA) === 0) return { key, value: page.subarray(dataAt, dataAt + length), isDatabase }
  const value = overflowValue(file, Number(page.readBigUInt64LE(dataAt)), length, withValues)
  return typeof value === 'string' ? value : { key, value, isDatabase }
}

function overflowValue(
  { descriptor, size, meta }: PageFile,
  number: number,
  length: number,
  withValues: boolean,
): Buffer | string {
  const { pageSize } = meta
  const pages = Math.ceil((PAGE_HEADER + length) / pageSize)
  if (number < 2 || number + pages - 1 > meta.lastPage)
    return `its value is at page ${number}, outside the file`
  if ((number + pages) * pageSize > size) return `its value at page ${number} is beyond the end of the file`
  const header = readBytes(descriptor, number * pageSize, PAGE_HEADER)
  if (header?.readBigUInt64LE(0) !== BigInt(number))
    return `its value at page ${number} carries another number`
  if (header.readUInt16LE(18) !== OVERFLOW || header.readUInt32LE(20) < pages)
    return `its value at page ${number} is not a value`
  if (!withValues) return Buffer.alloc(0)
  return (
    readBytes(descriptor, number * pageSize + PAGE_HEADER, length) ??
    `its value at page ${number} is cut short`
  )
}
