import { SetMetadata } from '@nestjs/common'
import type { Principal } from '../access/access.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who asks, set before any route is reached; undefined for a stranger. */
      principal?: Principal | undefined
    }
  }
}

export const ENDPOINT = 'osprey:endpoint'

/**
 * Who may call a route. `public`: anyone. `reader`: any user may GET, and only administrators may do the rest.
 * `administrator`: no one else, not even to read. `metrics`: administrators and the metrics token.
 */
export type EndpointAccess = 'public' | 'reader' | 'administrator' | 'metrics'

export interface EndpointDeclaration {
  access: EndpointAccess
  /** One line for the API document. */
  summary: string
  /** Schema of the answer's JSON body, or its media types when it is no JSON. */
  answer?: object | readonly string[]
  /** Media types of the body where it is no JSON. */
  accepts?: readonly string[]
  /** Problem statuses beyond 400, 401, 403 and 500. */
  problems?: readonly number[]
}

/** Declares a route. The guard refuses every route that lacks it, and the API document is made from it. */
export const Endpoint = (declaration: EndpointDeclaration) => SetMetadata(ENDPOINT, declaration)
