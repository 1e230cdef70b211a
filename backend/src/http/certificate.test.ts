import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLog } from '../operations/log.ts'
import { Certificate } from './certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'osprey-certificate-'))
const pair = (name: string) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) })
const paths = { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') }

beforeAll(() => {
  for (const name of ['first', 'second']) {
    const { cert, key } = pair(name)
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    const options = [...curve, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]
    execFileSync('openssl', ['req', '-x509', ...options], { stdio: 'ignore' })
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function install(name: string, files: ('cert' | 'key')[] = ['cert', 'key']): void {
  if (files.includes('cert')) copyFileSync(pair(name).cert, paths.certPath)
  if (files.includes('key')) copyFileSync(pair(name).key, paths.keyPath)
}

async function nameServed(port: number): Promise<string | string[] | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.end()
  return subject.CN
}

test('renewed files are served without a restart, a pair that does not fit never is', async () => {
  install('first')
  const log: string[] = []
  const certificate = new Certificate(paths, createLog('info', { write: (line) => log.push(line) }))
  const server = createServer(certificate.current)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    expect(await nameServed(port)).toBe('first')
    certificate.look(server)
    expect(log).toEqual([])

    install('second', ['cert'])
    certificate.look(server)
    certificate.look(server)
    expect(await nameServed(port)).toBe('first')
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('cannot be used together')

    install('second', ['key'])
    certificate.look(server)
    expect(await nameServed(port)).toBe('second')
    expect(log[1]).toContain('"event":"certificate_renewed"')

    rmSync(paths.certPath)
    certificate.look(server)
    expect(await nameServed(port)).toBe('second')
    expect(log[2]).toContain('cannot be read')
  } finally {
    server.close()
  }
})

test('files that cannot be used are told at start', () => {
  const log = createLog('silent')
  install('first')
  rmSync(paths.keyPath)
  expect(() => new Certificate(paths, log)).toThrow(/OSPREY_TLS_KEY: .*key\.pem cannot be read/)
  writeFileSync(paths.keyPath, 'not a key')
  expect(() => new Certificate(paths, log)).toThrow('cannot be used together')
})
