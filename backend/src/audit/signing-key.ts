import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { StartError } from '../config.ts'
import { keyId } from './head.ts'

/** The Ed25519 key pair that signs the heads of this installation. */
export interface SigningKey {
  id: string
  privateKey: KeyObject
  publicKey: KeyObject
  /** SPKI. */
  publicPem: string
}

/** The key pair kept in the file, made at the first call. @throws StartError when it cannot be used. */
export function openSigningKey(path: string): SigningKey {
  const privateKey = readKey(path) ?? createKey(path)
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new StartError(`${path}: ${privateKey.asymmetricKeyType} key, expected an Ed25519 private key`)
  }
  chmodSync(path, 0o600)
  const publicKey = createPublicKey(privateKey)
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { id: keyId(publicKey), privateKey, publicKey, publicPem }
}

function readKey(path: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // Not replaced by a new one: heads of another key would look like forgeries to whoever verifies.
    throw new StartError(
      `${path} cannot be read as the private key of the audit log: ${(error as Error).message}`,
    )
  }
}

function createKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  const unfinished = `${path}.new`
  const file = openSync(unfinished, 'w', 0o600)
  try {
    writeSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
  return privateKey
}
