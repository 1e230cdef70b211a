import type { IncomingMessage } from 'node:http'
import { mayCall } from '../access/access.guard.ts'
import type { Access } from '../access/access.ts'
import { ACCESS_TABLE, LIVE } from '../access/access-table.ts'
import type { Territories } from '../territory/territories.ts'
import type { LiveIdentity } from './client.ts'

/** Who opens a live connection and what they may see; undefined for whoever may see nothing. */
export async function watcher(
  access: Pick<Access, 'authenticate'>,
  territories: Pick<Territories, 'of'>,
  request: IncomingMessage,
): Promise<LiveIdentity | undefined> {
  const principal = await access.authenticate(request)
  if (!principal || !mayCall(ACCESS_TABLE[LIVE], 'GET', principal).allowed) return undefined
  const { username, session, jurisdictions, permissions } = principal
  return { username, session, territory: territories.of(jurisdictions), permissions }
}
