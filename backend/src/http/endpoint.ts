import { SetMetadata } from '@nestjs/common'
import type { Principal } from '../access/principal.ts'
import type { Territory } from '../territory/territory.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who asks, set before any route is reached; undefined for a stranger. */
      principal?: Principal | undefined
      /** What the principal reaches; set whenever a principal is. */
      territory?: Territory | undefined
    }
  }
}

export const ENDPOINT = 'osprey:endpoint'

export interface EndpointDeclaration {
  /** One line for the API document. */
  summary: string
  /** Schema of the answer's JSON body, or its media types when it is no JSON. */
  answer?: object | readonly string[]
  /** Media types of the body where it is no JSON. */
  accepts?: readonly string[]
  /** Problem statuses beyond 400, 401, 403 and 500. */
  problems?: readonly number[]
}

/** Describes a route for the API document. Who may call it is in access/access-table.ts. */
export const Endpoint = (declaration: EndpointDeclaration) => SetMetadata(ENDPOINT, declaration)
