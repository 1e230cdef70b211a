import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { type Answer, send } from '../testing.ts'
import type { TestBrowser } from './access.fixture.ts'

export const CLIENT_ID = 'osprey'
export const CLIENT_SECRET = 'the secret of the client'

/** A real OpenID Connect provider on loopback that logs in whoever is named. */
export class TestProvider {
  /** What the provider says about a person, by subject. */
  readonly people = new Map<string, { email?: string; email_verified?: boolean }>()
  private server: Server | undefined

  /** Stays the same when the provider starts anew, unless a test takes another. */
  key = newKey()

  private constructor(readonly port: number) {}

  /** One that does not answer yet. */
  static async prepare(): Promise<TestProvider> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return new TestProvider(port)
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(redirectUri: string): Promise<void> {
    const provider = quietly(
      () =>
        new Provider(this.issuer, {
          clients: [
            {
              client_id: CLIENT_ID,
              client_secret: CLIENT_SECRET,
              redirect_uris: [redirectUri],
              token_endpoint_auth_method: 'client_secret_post',
            },
          ],
          scopes: ['openid', 'email', 'profile'],
          claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
          findAccount: (_context, id) => ({
            accountId: id,
            claims: () => ({ sub: id, ...this.people.get(id) }),
          }),
          cookies: { keys: ['a key of the test'] },
          jwks: {
            keys: [{ ...this.key.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }],
          },
          ttl: {
            AccessToken: 60,
            AuthorizationCode: 60,
            IdToken: 60,
            Grant: 600,
            Interaction: 600,
            Session: 600,
          },
        }),
    )
    const answer = provider.callback()
    this.server = createServer((request, response) => quietly(() => answer(request, response)))
    this.server.listen(this.port, '127.0.0.1')
    await once(this.server, 'listening')
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections()
    this.server?.close()
  }
}

export function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

/** The provider warns on the console about what only a production site must not do. */
function quietly<Result>(work: () => Result): Result {
  const { warn, info } = console
  console.warn = () => {}
  console.info = () => {}
  try {
    return work()
  } finally {
    console.warn = warn
    console.info = info
  }
}

/**
 * Logs `subject` in on the provider's own pages and gives it what it asks for, as a person would, or breaks off.
 * Answers the address the provider sends the browser back to.
 */
export async function atProvider(url: string, subject: string, { abort = false } = {}): Promise<URL> {
  const { origin } = new URL(url)
  const cookies = new Map<string, string>()
  const visit = async (method: string, to: string, form?: Record<string, string>): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await send(new URL(to, origin).href, method, {
      headers: { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
      body: form && new URLSearchParams(form).toString(),
    })
    for (const one of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  let answer = await visit('GET', url)
  for (let step = 0; step < 12; step++) {
    const { location } = answer.headers
    if (location !== undefined) {
      const next = new URL(location, origin)
      if (next.origin !== origin) return next
      answer = await visit('GET', next.href)
      continue
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(answer.text)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1]
    if (action === undefined || prompt === undefined)
      throw new Error(`provider: ${answer.status} ${answer.text}`)
    answer = abort
      ? await visit('GET', `${action}/abort`)
      : await visit('POST', action, { prompt, login: subject, password: 'any' })
  }
  throw new Error('the provider goes in circles')
}

/** The whole way round: from the web app to the provider and back. Answers where the browser ends up. */
export async function signOn(browser: TestBrowser, subject: string): Promise<string | undefined> {
  const begun = await browser.request('GET', '/api/session/oidc')
  const back = await atProvider(String(begun.headers.location), subject)
  return (await browser.request('GET', back.pathname + back.search)).headers.location
}
