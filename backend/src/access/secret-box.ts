import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../config.ts'

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1.'

/**
 * Seals what must be stored and read again, such as second-factor secrets: AES-256-GCM under a key that lies in
 * the data directory and not in the database, so that a stolen dump of the database gives none of it away.
 */
export class SecretBox {
  private key!: Buffer

  constructor(private readonly dataDir: string) {}

  /** Reads the key; makes it at the very first start. @throws StartError when the key file is damaged. */
  start(): void {
    const path = join(this.dataDir, 'secrets.key')
    this.key = readKey(path) ?? makeKey(path)
    if (this.key.length !== KEY_BYTES) {
      throw new StartError(
        `${path}: expected ${KEY_BYTES} bytes as hexadecimal; put the file of the backup back`,
      )
    }
    chmodSync(path, 0o600)
  }

  /** `purpose` must be the same at opening: a sealed text moved to another row or use does not open. */
  seal(text: string, purpose: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(purpose))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return VERSION + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  /** Undefined when it was not sealed by this key for this purpose. */
  open(sealed: string, purpose: string): string | undefined {
    if (!sealed.startsWith(VERSION)) return undefined
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
    const iv = bytes.subarray(0, IV_BYTES)
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag)
    try {
      const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

function readKey(path: string): Buffer | undefined {
  try {
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StartError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

/** On disk before anything is sealed with it. */
function makeKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES)
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${key.toString('hex')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return key
}
