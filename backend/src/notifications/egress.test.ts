import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { AllowList, judgeAddress } from './addresses.ts'
import { Egress, RefusedAddressError } from './egress.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A receiver on this machine that counts who comes. */
async function receiver(answer: RequestListener = (_, response) => response.end('ok'), host = '127.0.0.1') {
  const seen: { headers: Record<string, unknown>; body: string; url: string }[] = []
  let connections = 0
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), url: request.url ?? '' })
      answer(request, response)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((settle) => server.listen(0, host, settle))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { port, seen, connections: () => connections }
}

const guarded = (allow: string[] = []) => new Egress(new AllowList(allow))
const post = (egress: Egress, url: string) => egress.post(url, { 'x-test': '1' }, '{"a":1}')

test.each([
  '127.0.0.1',
  '127.8.9.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '168.63.129.16',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.250',
  '255.255.255.255',
  '240.0.0.1',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
  'nonsense',
  '',
])('%s is not public', (address) => {
  expect(judgeAddress(address)).toBe('not_public')
})

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
])('%s is public', (address) => {
  expect(judgeAddress(address)).toBeNull()
})

/** Every spelling reaches this machine where it is not refused. */
test('no spelling of an inward address is connected to', async () => {
  const { port, connections } = await receiver()
  const hosts = [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::ffff:7f00:1]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '[fe80::1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    '①②⑦.⓪.⓪.①',
  ]
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      await expect(post(guarded(), `${scheme}://${host}:${port}/`)).rejects.toThrow(
        /not on the public internet|ENOTFOUND|EAI_AGAIN/,
      )
    }
  }
  expect(connections()).toBe(0)
})

test('the operator can allow a host or a network, and the message arrives whole', async () => {
  const { port, seen } = await receiver()
  for (const allow of [['127.0.0.1'], ['127.0.0.0/8']]) {
    expect(await post(guarded(allow), `http://127.0.0.1:${port}/hook?key=1`)).toMatchObject({
      status: 200,
      text: 'ok',
    })
  }
  expect(await post(guarded(['localhost']), `http://localhost:${port}/`)).toMatchObject({ status: 200 })
  expect(seen).toHaveLength(3)
  expect(seen[0]).toMatchObject({
    body: '{"a":1}',
    url: '/hook?key=1',
    headers: { 'x-test': '1', 'content-length': '7', host: `127.0.0.1:${port}` },
  })
})

test('what is allowed is allowed as it is written, and nothing else', async () => {
  const { port, connections } = await receiver()
  await expect(post(guarded(['10.0.0.0/8']), `http://127.0.0.1:${port}/`)).rejects.toThrow(
    RefusedAddressError,
  )
  await expect(post(guarded(['localhost']), `http://127.0.0.1:${port}/`)).rejects.toThrow(RefusedAddressError)
  await expect(post(guarded(['127.0.0.0/8']), `http://[::ffff:127.0.0.1]:${port}/`)).rejects.toThrow(
    RefusedAddressError,
  )
  expect(connections()).toBe(0)
})

/** A resolver whose answers change from question to question. */
function resolver(...answers: string[][]) {
  let asked = 0
  const resolve = (_host: string, _options: unknown, callback: (...result: unknown[]) => void) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return { resolve: resolve as never, asked: () => asked }
}

test('a name is judged by what it resolves to when it is connected to, however often it changes', async () => {
  const { port, connections } = await receiver()
  const { resolve, asked } = resolver(['127.0.0.1'], ['8.8.8.8'], ['127.0.0.1'])
  const egress = new Egress(new AllowList([]), { withinMs: 300 }, resolve)
  await expect(post(egress, `http://rebinding.example:${port}/`)).rejects.toThrow(RefusedAddressError)
  // The one look-up is the one that is judged and connected to: there is no second one to answer differently.
  expect(asked()).toBe(1)
  const mixed = new Egress(new AllowList([]), {}, resolver(['8.8.8.8', '127.0.0.1']).resolve)
  await expect(post(mixed, `http://mixed.example:${port}/`)).rejects.toThrow(RefusedAddressError)
  for (const inward of ['10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fe80::1%lo']) {
    const egress = new Egress(new AllowList([]), {}, resolver([inward]).resolve)
    await expect(post(egress, `http://named.example:${port}/`)).rejects.toThrow(RefusedAddressError)
  }
  await expect(
    post(new Egress(new AllowList([]), {}, resolver([]).resolve), 'http://empty.example/'),
  ).rejects.toThrow()
  expect(connections()).toBe(0)
})

test('an allowed name connects to what it resolves to now', async () => {
  const { port, seen } = await receiver()
  const egress = new Egress(new AllowList(['hooks.internal']), {}, resolver(['127.0.0.1']).resolve)
  expect(await post(egress, `http://hooks.internal:${port}/`)).toMatchObject({ status: 200 })
  expect(seen[0]?.headers['host']).toBe(`hooks.internal:${port}`)
})

test('redirects inward are not followed', async () => {
  const inward = await receiver()
  const outward = await receiver((_, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${inward.port}/` })
    response.end()
  })
  const answer = await post(guarded(['localhost']), `http://localhost:${outward.port}/`)
  expect(answer.status).toBe(307)
  expect(inward.connections()).toBe(0)
})

test('proxies of the environment are not used', async () => {
  const proxy = await receiver()
  const target = await receiver()
  const before = { ...process.env }
  Object.assign(process.env, {
    HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    http_proxy: `http://127.0.0.1:${proxy.port}`,
    NODE_USE_ENV_PROXY: '1',
  })
  try {
    await post(guarded(['127.0.0.1']), `http://127.0.0.1:${target.port}/`)
  } finally {
    process.env = before
  }
  expect([proxy.connections(), target.connections()]).toEqual([0, 1])
})

test('a receiver that does not answer, or answers without end, is left', async () => {
  const silent = createTcpServer(() => {})
  await new Promise<void>((settle) => silent.listen(0, '127.0.0.1', settle))
  ends.push(() => silent.close())
  const { port } = silent.address() as { port: number }
  const egress = new Egress(new AllowList(['127.0.0.1']), { withinMs: 100, answerBytes: 1000 })
  await expect(post(egress, `http://127.0.0.1:${port}/`)).rejects.toThrow('no answer within 0.1 s')
  const endless = await receiver((_, response) => {
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
      response.once('drain', write)
    }
    write()
  })
  const answer = await post(egress, `http://127.0.0.1:${endless.port}/`)
  expect([answer.status, answer.text.length]).toEqual([200, 1000])
})

test('other schemes and bodies that are too long are not sent', async () => {
  await expect(post(guarded(), 'ftp://example.org/')).rejects.toThrow('only http and https')
  await expect(post(guarded(), 'file:///etc/passwd')).rejects.toThrow('only http and https')
  const egress = new Egress(new AllowList(['127.0.0.1']), { bodyBytes: 3 })
  await expect(post(egress, 'http://127.0.0.1:9/')).rejects.toThrow('more than 3 bytes')
})
