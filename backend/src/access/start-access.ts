import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Running } from '../running.ts'
import { Access } from './access.ts'
import { announceAdministrator } from './announce.ts'
import { AuthenticationEvents } from './authentication-events.ts'
import { isExposed, offersVisits } from './exposure.ts'
import { createFirstAccounts } from './first-accounts.ts'
import { KnownBrowsers } from './known-browsers.ts'
import { LogIn } from './log-in.ts'
import { OperatorToken } from './operator-token.ts'
import { OwnAccount } from './own-account.ts'
import { Passwords } from './passwords.ts'
import { SecondFactor } from './second-factor.ts'
import { SecretBox } from './secret-box.ts'
import { Sessions } from './sessions.ts'
import { SingleSignOn } from './single-sign-on.ts'
import { ApiTokens } from './tokens.ts'

/** Builds and starts everything of this folder, in order. */
export async function startAccess(
  config: Config,
  database: Database,
  audit: Audit,
  running: Running,
  log: Logger,
) {
  const { dataDir, metricsToken, sessionIdleMinutes, sessionHours } = config
  const visits = offersVisits(config)
  const exposed = isExposed(config)
  const now = () => Date.now()
  const box = new SecretBox(dataDir)
  box.start()
  const operatorToken = new OperatorToken(dataDir)
  operatorToken.start()
  const passwords = new Passwords()
  await createFirstAccounts(database, audit, passwords, { ...config, announce: announceAdministrator }, log)

  const events = await running.begin('authentication events', new AuthenticationEvents(audit, log, now))
  const policy = {
    idleMs: sessionIdleMinutes * 60_000,
    absoluteMs: sessionHours * 3_600_000,
    exposed,
    visits,
  }
  const sessions = new Sessions(database, audit, policy, now)
  const browsers = new KnownBrowsers(database, now)
  const secondFactor = new SecondFactor(database, box, audit, events, log, now)
  const logIn = new LogIn({
    database,
    audit,
    passwords,
    browsers,
    sessions,
    secondFactor,
    events,
    visits,
    log,
    now,
  })
  const tokens = new ApiTokens({ database, audit, events, logIn, exposed, now })
  const singleSignOn = new SingleSignOn(config, database, box, logIn, events, log, now)
  const mail = config.mail !== null
  const ownAccount = new OwnAccount({
    database,
    audit,
    passwords,
    browsers,
    sessions,
    logIn,
    secondFactor,
    mail,
  })
  const access = new Access(sessions, tokens, operatorToken, metricsToken, events)
  const sweep = async () => {
    await sessions.sweep()
    await browsers.sweep()
    await tokens.sweep()
  }
  return {
    box,
    access,
    sessions,
    tokens,
    browsers,
    secondFactor,
    logIn,
    singleSignOn,
    ownAccount,
    passwords,
    events,
    sweep,
  }
}

export type AccessParts = Awaited<ReturnType<typeof startAccess>>
