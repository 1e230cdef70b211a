/** As much of DER (X.690) as it takes to find who issued a certificate, its number, and what a CRL revokes. */

interface Element {
  tag: number
  /** The content without tag and length. */
  content: Buffer
  /** With tag and length. */
  whole: Buffer
}

const INTEGER = 0x02
const SEQUENCE = 0x30
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
const VERSION_OF_CERTIFICATE = 0xa0

/** Issuer and serial number: what tells one certificate from every other (RFC 5280 clause 4.1.2.2). */
export function certificateKey(certificate: Buffer): string {
  const fields = childrenOf(first(first(certificate)))
  if (fields[0]?.tag === VERSION_OF_CERTIFICATE) fields.shift()
  const [serial, , issuer] = fields
  return keyOf(expected(issuer, SEQUENCE), expected(serial, INTEGER))
}

/** Keys of the certificates that the revocation list (RFC 5280 clause 5.1) names. Throws when it is none. */
export function revokedKeys(list: Buffer): string[] {
  const fields = childrenOf(first(first(list)))
  if (fields[0]?.tag === INTEGER) fields.shift()
  const [, issuer, thisUpdate, ...rest] = fields
  const name = expected(issuer, SEQUENCE)
  if (!isTime(thisUpdate)) throw new Error('not a certificate revocation list')
  const revoked = isTime(rest[0]) ? rest[1] : rest[0]
  if (revoked?.tag !== SEQUENCE) return []
  return childrenOf(revoked).map((entry) =>
    keyOf(name, expected(childrenOf(expected(entry, SEQUENCE))[0], INTEGER)),
  )
}

function keyOf(issuer: Element, serial: Element): string {
  return `${issuer.whole.toString('base64')} ${serial.content.toString('hex')}`
}

function isTime(element: Element | undefined): boolean {
  return element?.tag === UTC_TIME || element?.tag === GENERALIZED_TIME
}

function expected(element: Element | undefined, tag: number): Element {
  if (element?.tag === tag) return element
  throw new Error(`DER: tag ${element?.tag ?? 'none'}, expected ${tag}`)
}

/** The first element inside the sequence that `source` is. */
function first(source: Element | Buffer): Element {
  const outer = Buffer.isBuffer(source) ? elementAt(source, 0) : source
  if (Buffer.isBuffer(source)) return expected(outer, SEQUENCE)
  return expected(elementAt(outer.content, 0), SEQUENCE)
}

function childrenOf({ content }: Element): Element[] {
  const children: Element[] = []
  for (let at = 0; at < content.length; ) {
    const child = elementAt(content, at)
    children.push(child)
    at += child.whole.length
  }
  return children
}

/** Tags of one byte and definite lengths of at most four, which is all that certificates and lists have. */
function elementAt(source: Buffer, at: number): Element {
  const tag = source[at]
  const head = source[at + 1]
  if (tag === undefined || head === undefined) throw new Error('DER: ends early')
  const extra = head < 0x80 ? 0 : head & 0x7f
  if (head === 0x80 || extra > 4 || at + 2 + extra > source.length) throw new Error('DER: bad length')
  const length = extra === 0 ? head : source.readUIntBE(at + 2, extra)
  const begin = at + 2 + extra
  const end = begin + length
  if (end > source.length) throw new Error('DER: ends early')
  return { tag, content: source.subarray(begin, end), whole: source.subarray(at, end) }
}
