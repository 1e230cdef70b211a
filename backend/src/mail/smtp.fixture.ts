import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  envelope: { from: string; to: string[] }
  /** By lower-case name, unfolded and decoded. */
  headers: Record<string, string>
  /** How many header fields there are of each name. */
  headerCounts: Record<string, number>
  text: string
  encrypted: boolean
}

/** A real SMTP server on loopback that keeps what it is given. */
export class MailServerFixture {
  readonly received: ReceivedMail[] = []
  /** What the next recipients are answered: a code and text, or undefined to accept. */
  refusals: { code: number; text: string }[] = []
  private readonly listeners = new Set<() => void>()

  private constructor(private readonly server: SMTPServer) {}

  static async start(port = 0, options: SMTPServerOptions = {}): Promise<MailServerFixture> {
    const fixture: MailServerFixture = new MailServerFixture(
      new SMTPServer({
        authOptional: true,
        logger: false,
        ...options,
        onRcptTo: (_address, _session, done) => {
          const refusal = fixture.refusals.shift()
          done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
        },
        onData: (stream, session, done) => {
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('end', () => {
            const { mailFrom, rcptTo } = session.envelope
            const envelope = {
              from: mailFrom ? mailFrom.address : '',
              to: rcptTo.map(({ address }) => address),
            }
            const raw = Buffer.concat(chunks).toString('latin1')
            fixture.received.push({ envelope, ...parseMail(raw), encrypted: session.secure })
            for (const listener of fixture.listeners) listener()
            done()
          })
        },
      }),
    )
    await new Promise<void>((resolve, fail) => {
      fixture.server.once('error', fail)
      fixture.server.listen(port, '127.0.0.1', () => resolve())
    })
    // Clients that break off are part of the tests.
    fixture.server.on('error', () => {})
    return fixture
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`
  }

  /** The mail of this number, counted from 1, as soon as it is there. */
  async mail(number: number): Promise<ReceivedMail> {
    await this.until(() => this.received.length >= number)
    return this.received[number - 1] as ReceivedMail
  }

  /** The next mail to this address that `seen` does not hold yet. */
  async mailTo(address: string, seen: readonly ReceivedMail[] = []): Promise<ReceivedMail> {
    const find = () => this.received.find((one) => one.envelope.to.includes(address) && !seen.includes(one))
    await this.until(() => find() !== undefined)
    return find() as ReceivedMail
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()))
  }

  private async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const listener = () => {
        if (!condition()) return
        this.listeners.delete(listener)
        resolve()
      }
      this.listeners.add(listener)
    })
  }
}

/** A message of one plain text part (RFC 5322, 2045, 2047). */
function parseMail(raw: string): Pick<ReceivedMail, 'headers' | 'headerCounts' | 'text'> {
  const split = raw.indexOf('\r\n\r\n')
  const headers: Record<string, string> = {}
  const headerCounts: Record<string, number> = {}
  for (const line of raw
    .slice(0, split)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    headers[name] = decodeWords(line.slice(line.indexOf(':') + 1).trim())
    headerCounts[name] = (headerCounts[name] ?? 0) + 1
  }
  const body = raw.slice(split + 4)
  return { headers, headerCounts, text: decodeBody(body, headers['content-transfer-encoding'] ?? '7bit') }
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (words) =>
      Buffer.concat(
        [...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, how = '', encoded = '']) =>
          how.toLowerCase() === 'b'
            ? Buffer.from(encoded, 'base64')
            : quotedPrintable(encoded.replaceAll('_', ' ')),
        ),
      ).toString('utf8'),
    )
}

function decodeBody(body: string, encoding: string): string {
  if (encoding.toLowerCase() === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding.toLowerCase() === 'quoted-printable') return quotedPrintable(body).toString('utf8')
  return Buffer.from(body, 'latin1').toString('utf8')
}

function quotedPrintable(text: string): Buffer {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1')
}
