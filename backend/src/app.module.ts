import type { DynamicModule, Provider, Type } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core'
import { ScheduleModule } from '@nestjs/schedule'
import type { Logger } from 'pino'
import { AccessGuard } from './access/access.guard.ts'
import { AuthenticationEvents } from './access/authentication-events.ts'
import { OwnSessionsController } from './access/own-sessions.controller.ts'
import { SecondFactorController } from './access/second-factor.controller.ts'
import { SessionController } from './access/session.controller.ts'
import { SingleSignOnController } from './access/single-sign-on.controller.ts'
import { TokensController } from './access/tokens.controller.ts'
import { AccountsController } from './accounts/accounts.controller.ts'
import { LinksController } from './accounts/links.controller.ts'
import { AlertsController } from './alerts/alerts.controller.ts'
import { SavedViewsController } from './alerts/saved-views.controller.ts'
import { AuditController } from './audit/audit.controller.ts'
import { BackupsController } from './backup/backups.controller.ts'
import { CapController } from './cap/cap.controller.ts'
import { CommandsController } from './commands/commands.controller.ts'
import { DocumentationController } from './http/documentation.controller.ts'
import { ProblemFilter } from './http/problem.filter.ts'
import { ValidationPipe } from './http/validation.ts'
import { Jobs } from './jobs.ts'
import { NoticesController } from './notifications/notices.controller.ts'
import { NotificationsController } from './notifications/notifications.controller.ts'
import { ObservationsController } from './observations/observations.controller.ts'
import { OperationsController } from './operations/operations.controller.ts'
import { LayersController } from './reference/layers.controller.ts'
import { LedgerController } from './refusals/ledger.controller.ts'
import { RefusalsController } from './refusals/refusals.controller.ts'
import { DeviceMessagesController } from './registry/device-messages.controller.ts'
import { DevicesController } from './registry/devices.controller.ts'
import { PropertiesController } from './registry/properties.controller.ts'
import { SitesController } from './registry/sites.controller.ts'
import { StationsController } from './registry/stations.controller.ts'
import { BacktestController } from './rules/backtest.controller.ts'
import { HolidaysController } from './rules/holidays.controller.ts'
import { RulesController } from './rules/rules.controller.ts'
import { SilencesController } from './silences/silences.controller.ts'
import { JurisdictionsController } from './territory/jurisdictions.controller.ts'

/** Every controller of the application: the whole HTTP interface. */
export const CONTROLLERS: Type[] = [
  SessionController,
  OwnSessionsController,
  SecondFactorController,
  TokensController,
  SingleSignOnController,
  LinksController,
  AccountsController,
  OperationsController,
  StationsController,
  SitesController,
  PropertiesController,
  DevicesController,
  DeviceMessagesController,
  CommandsController,
  ObservationsController,
  LedgerController,
  RefusalsController,
  LayersController,
  AuditController,
  JurisdictionsController,
  AlertsController,
  SavedViewsController,
  BacktestController,
  RulesController,
  HolidaysController,
  SilencesController,
  BackupsController,
  NotificationsController,
  NoticesController,
  CapController,
  DocumentationController,
]

class AppModule {}

/**
 * The Nest side of the application. Its providers are the parts the composition root (backend.ts) has built;
 * Nest routes, validates, guards and schedules, and builds nothing but its controllers.
 */
export function appModule(parts: readonly object[], log: Logger): DynamicModule {
  return {
    module: AppModule,
    imports: [ScheduleModule.forRoot()],
    controllers: CONTROLLERS,
    providers: [
      ...parts.map((part): Provider => ({ provide: part.constructor, useValue: part })),
      Jobs,
      {
        provide: APP_GUARD,
        useFactory: (events: AuthenticationEvents) => new AccessGuard(events, log),
        inject: [AuthenticationEvents],
      },
      { provide: APP_PIPE, useValue: new ValidationPipe() },
      { provide: APP_FILTER, useValue: new ProblemFilter(log) },
    ],
  }
}
