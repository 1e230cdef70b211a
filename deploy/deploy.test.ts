import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'

const SECRETS = {
  OSPREY_ADMIN_PASSWORD: 'first',
  OSPREY_POSTGRES_PASSWORD: 'second',
  OSPREY_INFLUX_PASSWORD: 'third',
  OSPREY_INFLUX_TOKEN: 'fourth',
}
const root = join(import.meta.dirname, '..')

/** The developer's own .env must not decide the outcome. */
const folder = mkdtempSync(join(tmpdir(), 'osprey-deploy-'))
const noVariables = join(folder, 'empty.env')
writeFileSync(noVariables, '')
afterAll(() => rmSync(folder, { recursive: true }))

const missing = (program: string, ...args: string[]) => spawnSync(program, args).status !== 0
const testCompose = missing('docker-compose', 'version') ? test.skip : test
const testSystemd = missing('systemd-analyze', '--version') ? test.skip : test

function compose(secrets: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env['PATH'], ...secrets }
  return spawnSync('docker-compose', ['--env-file', noVariables, '-f', 'docker-compose.yml', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
}

testCompose(
  'the compose file has broker, backend, both stores, and the simulators in the demo profile only',
  () => {
    const services = compose(SECRETS, 'config', '--services').stdout.trim().split('\n')
    expect(services.sort()).toEqual(['backend', 'broker', 'influxdb', 'postgres', 'processes', 'simulators'])
    expect(compose(SECRETS, 'config').stdout).toMatch(
      /^ {2}simulators:\n(?: {4}.*\n)* {4}profiles:\n {4}- demo\n/m,
    )
  },
)

testCompose.each(Object.keys(SECRETS))('the compose file refuses to start without %s', (name) => {
  const result = compose({ ...SECRETS, [name]: '' }, 'config')
  expect(result.status).not.toBe(0)
  expect(result.stderr).toContain(`${name} is required`)
})

testCompose(
  'broker, backend and simulators share the data volume and nothing is published beyond loopback',
  () => {
    const text = compose(SECRETS, 'config').stdout
    expect(text.match(/- data:\/data:rw/g)).toHaveLength(3)
    expect(text.match(/^ {4}- [\d.]+:\d+:\d+\/tcp$/gm)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ {4}- 127\.0\.0\.1:/)]),
    )
    expect(text).not.toMatch(/- 0\.0\.0\.0:\d+/)
  },
)

testSystemd.each(readdirSync(join(root, 'deploy', 'systemd')))('systemd accepts %s', (unit) => {
  const result = spawnSync('systemd-analyze', ['verify', join(root, 'deploy', 'systemd', unit)], {
    encoding: 'utf8',
  })
  const complaints = result.stderr
    .split('\n')
    .filter((line) => line.includes(unit) && !line.includes('is not executable'))
  expect(complaints).toEqual([])
})
