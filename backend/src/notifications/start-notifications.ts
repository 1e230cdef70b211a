import { hostname } from 'node:os'
import { isActive } from '@osprey/core/alerting/schedule'
import type { Logger } from 'pino'
import type { SecretBox } from '../access/secret-box.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { Audit } from '../audit/audit.ts'
import { CapFeed } from '../cap/cap-feed.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Mail } from '../mail/mail.ts'
import type { Registry } from '../registry/registry.ts'
import type { Holidays } from '../rules/holidays.ts'
import type { Running } from '../running.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'
import type { Territories } from '../territory/territories.ts'
import { AllowList } from './addresses.ts'
import { Channels } from './channels.ts'
import { DeliveryLog } from './delivery-log.ts'
import { Egress } from './egress.ts'
import { Notifications } from './notifications.ts'
import { PersonalNotices } from './personal-notices.ts'
import { Routes } from './routes.ts'
import type { Wording } from './told-alerts.ts'

export interface NotificationInputs {
  database: Database
  audit: Audit
  box: SecretBox
  alerts: Alerts
  mail: Mail
  registry: Registry
  jurisdictions: Jurisdictions
  territories: Territories
  holidays: Holidays
}

/**
 * Begins to tell of alerts: after what silences them has hooked into the alerts, and before the readings flow, so
 * that no alert is stored that nobody would be told of.
 */
export async function startNotifications(
  config: Config,
  inputs: NotificationInputs,
  running: Running,
  log: Logger,
) {
  const { database, audit, box, alerts, mail, registry, jurisdictions, territories, holidays } = inputs
  const now = Date.now
  const words: Wording = {
    around: {
      stations: registry.stations,
      sites: registry.sites,
      areasAt: (longitude, latitude) => jurisdictions.index.at(longitude, latitude),
      parentOf: (id) => jurisdictions.parentOf(id),
    },
    property: (id) => registry.properties.get(id),
    publicUrl: config.publicUrl,
  }
  const channels = new Channels(database, box, audit, now)
  const routes = new Routes(database, audit, (id) => jurisdictions.has(id), now)
  const notifications = await running.begin(
    'notifications',
    new Notifications({
      database,
      alerts,
      channels,
      routes,
      mail,
      egress: new Egress(new AllowList(config.webhookAllow)),
      words,
      territories,
      isActive: ({ schedule, timeZone }, time) => isActive(schedule, timeZone, holidays.dates, time),
      now,
      log,
    }),
  )
  const cap = await running.begin(
    'cap',
    new CapFeed({
      database,
      words,
      ...publicSender(config),
      // What the demonstration measures is made up.
      status: config.demo ? 'Exercise' : 'Actual',
      now,
      log,
    }),
  )
  const notificationParts: object[] = [
    channels,
    routes,
    notifications,
    new DeliveryLog(database),
    new PersonalNotices(database, now),
    cap,
  ]
  return { notifications, notificationParts }
}

/** Without a public address it is the machine that speaks. */
function publicSender({ publicUrl, host, httpPort, tls }: Config): { sender: string; origin: string } {
  if (publicUrl !== undefined) return { sender: new URL(publicUrl).host, origin: publicUrl }
  const sender = hostname().replace(/[\s,<&]/g, '-')
  const shown = host.includes(':') ? `[${host}]` : host
  return { sender, origin: `${tls ? 'https' : 'http'}://${shown}:${httpPort}` }
}
