import type { Permission } from '@osprey/core/permissions'

/**
 * Who may call a route and what of it they see: the one table, deny by default. A route that is not here is
 * closed to everyone.
 *
 * `public`: anyone, without logging in. `own`: any person who is logged in, for the own account; never a token.
 * An account that must set up a second factor first reaches what is its `own`, unless it has to be `settled`.
 * `territory`: whoever holds the permission, within the own jurisdictions; what lies outside answers 404 and is
 * absent from lists, counts, live frames and exports. `whole`: whoever holds the permission and has the whole
 * territory. `common`: whoever holds the permission; it is not bound to a place.
 */
export type Rule =
  | { reach: 'public' }
  | { reach: 'own'; settled?: boolean }
  | { reach: 'territory' | 'whole' | 'common'; permission: Permission }

const publicly: Rule = { reach: 'public' }
const own: Rule = { reach: 'own' }
const ownSettled: Rule = { reach: 'own', settled: true }
const within = (permission: Permission): Rule => ({ reach: 'territory', permission })
const whole = (permission: Permission): Rule => ({ reach: 'whole', permission })
const common = (permission: Permission): Rule => ({ reach: 'common', permission })

/** The WebSocket: no route of the router, and told apart from the rest only by its method. */
export const LIVE = 'WS /live'

/** By method and path as the router has it. */
export const ACCESS_TABLE: Readonly<Record<string, Rule>> = {
  'GET /api/health/live': publicly,
  'GET /api/health/ready': publicly,
  'GET /.well-known/security.txt': publicly,
  'GET /api/config': own,
  'GET /metrics': whole('operations:read'),

  'GET /api/session/options': publicly,
  'POST /api/session': publicly,
  'POST /api/session/visit': publicly,
  'DELETE /api/session': publicly,
  'POST /api/session/reset': publicly,
  'POST /api/session/link': publicly,
  'POST /api/session/link/redeem': publicly,
  'GET /api/session/oidc': publicly,
  'GET /api/session/oidc/callback': publicly,
  'GET /api/session': own,
  'PUT /api/session/password': own,
  'GET /api/session/sessions': own,
  'DELETE /api/session/sessions': own,
  'DELETE /api/session/sessions/:id': own,
  'POST /api/session/second-factor': own,
  'POST /api/session/second-factor/confirm': own,
  'POST /api/session/second-factor/disable': own,
  'POST /api/session/second-factor/recovery-codes': own,
  'GET /api/session/tokens': own,
  'POST /api/session/tokens': ownSettled,
  'DELETE /api/session/tokens/:id': own,

  'GET /api/accounts': whole('accounts:read'),
  'POST /api/accounts': whole('accounts:write'),
  'GET /api/accounts/:username': whole('accounts:read'),
  'PATCH /api/accounts/:username': whole('accounts:write'),
  'DELETE /api/accounts/:username': whole('accounts:write'),
  'POST /api/accounts/:username/link': whole('accounts:write'),
  'DELETE /api/accounts/:username/sessions': whole('accounts:write'),
  'DELETE /api/accounts/:username/second-factor': whole('accounts:write'),

  'GET /api/jurisdictions': within('jurisdictions:read'),
  'GET /api/jurisdictions/:id': within('jurisdictions:read'),
  'POST /api/jurisdictions': whole('jurisdictions:write'),
  'POST /api/jurisdictions/import': whole('jurisdictions:write'),
  'PATCH /api/jurisdictions/:id': whole('jurisdictions:write'),
  'DELETE /api/jurisdictions/:id': whole('jurisdictions:write'),

  'GET /api/audit': whole('audit:read'),
  'GET /api/audit/export': whole('audit:read'),
  'GET /api/audit/heads': whole('audit:read'),
  'GET /api/audit/key': whole('audit:read'),

  'GET /api/stations': within('stations:read'),
  'POST /api/stations': within('stations:write'),
  'POST /api/stations/import': within('stations:write'),
  'GET /api/stations/export': within('stations:read'),
  'GET /api/stations/:id': within('stations:read'),
  'PATCH /api/stations/:id': within('stations:write'),
  'DELETE /api/stations/:id': within('stations:write'),

  'GET /api/sites': within('sites:read'),
  'POST /api/sites': within('sites:write'),
  'GET /api/sites/:id': within('sites:read'),
  'PATCH /api/sites/:id': within('sites:write'),
  'DELETE /api/sites/:id': within('sites:write'),

  'GET /api/properties': common('reference:read'),
  'POST /api/properties': common('reference:write'),
  'GET /api/layers': within('reference:read'),
  'GET /api/layers/:id': within('reference:read'),
  'PUT /api/layers/:id': common('reference:write'),
  'DELETE /api/layers/:id': common('reference:write'),

  'GET /api/devices': within('devices:read'),
  'POST /api/devices': within('devices:write'),
  'POST /api/devices/bulk': within('devices:write'),
  'GET /api/devices/:id': within('devices:read'),
  'PATCH /api/devices/:id': within('devices:write'),
  'DELETE /api/devices/:id': within('devices:write'),
  'POST /api/devices/:id/rotate': within('devices:write'),
  'GET /api/devices/:id/messages': within('devices:read'),
  'GET /api/devices/:id/commands': within('commands:read'),
  'POST /api/devices/:id/commands': within('commands:write'),

  [LIVE]: within('stations:read'),

  'GET /api/observations': within('observations:read'),
  'GET /api/ledger': within('ledger:read'),
  'GET /api/ledger/devices': within('ledger:read'),
  'GET /api/rejections': within('ledger:read'),
  'GET /api/refused-connections': within('ledger:read'),
  'GET /api/quarantine': within('ledger:read'),

  'GET /api/alerts': within('alerts:read'),
  'GET /api/alerts/assignees': within('alerts:read'),
  'POST /api/alerts/bulk': within('alerts:write'),
  'GET /api/alerts/:id': within('alerts:read'),
  'POST /api/alerts/:id/acknowledge': within('alerts:write'),
  'POST /api/alerts/:id/unacknowledge': within('alerts:write'),
  'POST /api/alerts/:id/assign': within('alerts:write'),
  'POST /api/alerts/:id/comment': within('alerts:write'),
  'POST /api/alerts/:id/snooze': within('alerts:write'),
  'POST /api/alerts/:id/mute': within('alerts:write'),
  'POST /api/alerts/:id/resolve': within('alerts:write'),
  'POST /api/alerts/:id/false-alarm': within('alerts:write'),
  'GET /api/session/alert-views': own,
  'POST /api/session/alert-views': own,
  'DELETE /api/session/alert-views/:id': own,
  'GET /api/session/notices': own,
  'POST /api/session/notices/read': own,

  'GET /api/rules': within('rules:read'),
  'POST /api/rules': within('rules:write'),
  'GET /api/rules/library': common('rules:read'),
  'GET /api/rules/limits': common('rules:read'),
  'POST /api/rules/preview': within('rules:read'),
  'POST /api/rules/backtest': within('rules:read'),
  'GET /api/rules/:id': within('rules:read'),
  'GET /api/rules/:id/versions': within('rules:read'),
  'PATCH /api/rules/:id': within('rules:write'),
  'DELETE /api/rules/:id': within('rules:write'),
  'GET /api/holidays': common('rules:read'),
  'PUT /api/holidays': whole('rules:write'),

  'GET /api/silences': within('alerts:read'),
  'POST /api/silences': within('silences:write'),
  'PATCH /api/silences/:id': within('silences:write'),
  'DELETE /api/silences/:id': within('silences:write'),

  'GET /api/notifications/channels': whole('notifications:read'),
  'POST /api/notifications/channels': whole('notifications:write'),
  'PATCH /api/notifications/channels/:id': whole('notifications:write'),
  'DELETE /api/notifications/channels/:id': whole('notifications:write'),
  'POST /api/notifications/channels/:id/test': whole('notifications:write'),
  'GET /api/notifications/routes': whole('notifications:read'),
  'POST /api/notifications/routes': whole('notifications:write'),
  'PATCH /api/notifications/routes/:id': whole('notifications:write'),
  'DELETE /api/notifications/routes/:id': whole('notifications:write'),
  'GET /api/notifications/deliveries': whole('notifications:read'),
  'GET /cap/alerts.atom': publicly,
  'GET /cap/alerts/:id': publicly,

  'POST /api/backups': whole('operations:write'),

  'GET /api/docs': common('reference:read'),
  'GET /api/docs/:file': common('reference:read'),
  'GET /api/openapi.json': common('reference:read'),
}
