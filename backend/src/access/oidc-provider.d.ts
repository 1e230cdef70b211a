/** The parts of oidc-provider (which brings no types) that the tests of single sign-on use. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  export interface Configuration {
    clients: {
      client_id: string
      client_secret: string
      redirect_uris: string[]
      token_endpoint_auth_method: string
    }[]
    claims: Record<string, string[]>
    findAccount: (
      context: unknown,
      id: string,
    ) => { accountId: string; claims: () => Record<string, unknown> } | undefined
    cookies: { keys: string[] }
    jwks: { keys: object[] }
    ttl: Record<string, number>
    scopes: string[]
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
  }
}
