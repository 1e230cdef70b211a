import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import { AppContext, type AppState, WorkspaceContext } from './app-state.ts'
import { HandoverDialog } from './handover/handover-dialog.tsx'
import { useText } from './i18n/use-text.ts'
import { mayVisit } from './routing/pages.ts'
import type { Page, Route } from './routing/route.ts'
import { LoginPage } from './session/login-page.tsx'
import { usePermissions } from './session/permissions.ts'
import { TopBar } from './top-bar.tsx'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import { useObservable } from './ui/observable.ts'
import { FocusOnArrival } from './ui/page.tsx'
import { Empty, Failed, Loading } from './ui/states.tsx'
import { useTitle } from './ui/use-title.ts'
import type { Workspace } from './workspace.ts'
import './app.css'

type RouteOf<P extends Page> = Extract<Route, { page: P }>
/** The pages inside the workplace; the page of a one-time link stands outside. */
type WorkplacePage = Exclude<Page, 'link'>

/** A page that is loaded when it is first opened. */
function page<P extends WorkplacePage, Properties extends object>(
  load: () => Promise<ComponentType<Properties>>,
  properties: (route: RouteOf<P>) => Properties,
): (route: RouteOf<P>) => ReactNode {
  const Loaded = lazy(async () => ({ default: (await load()) as ComponentType<object> }))
  return (route) => <Loaded {...properties(route)} />
}

const importMap = () => import('./map/map-page.tsx').then(({ MapPage }) => MapPage)
// The login page shows first; meanwhile the map, the bulk of the code, is on its way.
importMap().catch(() => undefined)

const PAGES: { readonly [P in WorkplacePage]: (route: RouteOf<P>) => ReactNode } = {
  map: page(importMap, ({ map }) => ({ map })),
  alerts: page(
    () => import('./alerts/alerts-page.tsx').then(({ AlertsPage }) => AlertsPage),
    ({ alert, search }) => ({ alert, search }),
  ),
  silences: page(
    () => import('./silences/silences-page.tsx').then(({ SilencesPage }) => SilencesPage),
    ({ silence }) => ({ silence }),
  ),
  rules: page(
    () => import('./rules/rules-page.tsx').then(({ RulesPage }) => RulesPage),
    ({ view, rule }) => ({ view, rule }),
  ),
  notifications: page(
    () => import('./notifications/notifications-page.tsx').then(({ NotificationsPage }) => NotificationsPage),
    ({ view, alert }) => ({ view, alert }),
  ),
  ledger: page(
    () => import('./ledger/ledger-page.tsx').then(({ LedgerPage }) => LedgerPage),
    ({ device }) => ({ device }),
  ),
  devices: page(
    () => import('./devices/devices-page.tsx').then(({ DevicesPage }) => DevicesPage),
    ({ device, search }) => ({ device, search }),
  ),
  audit: page(
    () => import('./audit/audit-page.tsx').then(({ AuditPage }) => AuditPage),
    ({ search }) => ({ search }),
  ),
  people: page(
    () => import('./people/people-page.tsx').then(({ PeoplePage }) => PeoplePage),
    ({ person }) => ({ person }),
  ),
  jurisdictions: page(
    () => import('./jurisdictions/jurisdictions-page.tsx').then(({ JurisdictionsPage }) => JurisdictionsPage),
    ({ jurisdiction }) => ({ jurisdiction }),
  ),
  account: page(
    () => import('./account/account-page.tsx').then(({ AccountPage }) => AccountPage),
    () => ({}),
  ),
}

const LinkPage = lazy(() => import('./session/link-page.tsx').then(({ LinkPage }) => ({ default: LinkPage })))
const SecondFactorDuePage = lazy(() =>
  import('./account/second-factor-due-page.tsx').then(({ SecondFactorDuePage }) => ({
    default: SecondFactorDuePage,
  })),
)

export function App({ state }: { state: AppState }) {
  return (
    <AppContext value={state}>
      <ErrorBoundary fallback={<Broken />}>
        <Suspense fallback={<Opening />}>
          <Gate state={state} />
        </Suspense>
      </ErrorBoundary>
      {/* Outside of every page and also over the log-in page. */}
      <ErrorBoundary fallback={null}>
        <HandoverDialog />
      </ErrorBoundary>
    </AppContext>
  )
}

function Gate({ state }: { state: AppState }) {
  const { t } = useText()
  const session = useObservable(state.session.session)
  const workspace = useObservable(state.workspace)
  const route = useObservable(state.routes.route)
  if (route.page === 'link') return <LinkPage token={route.token} />
  if (session.phase === 'anonymous') return <LoginPage after={session.after} />
  if (session.phase === 'unreachable') {
    return (
      <main className="whole-page">
        <Failed text={t('app.unreachable')} onRetry={() => void state.session.check()} />
      </main>
    )
  }
  if (session.phase === 'signed-in' && session.secondFactor === 'required') return <SecondFactorDuePage />
  if (workspace === null || session.phase !== 'signed-in') return <Opening />
  return (
    <WorkspaceContext value={workspace}>
      <Workplace route={route} workspace={workspace} />
    </WorkspaceContext>
  )
}

function Workplace({ route, workspace }: { route: RouteOf<WorkplacePage>; workspace: Workspace }) {
  const { t } = useText()
  return (
    <div className="workplace">
      <button type="button" className="skip-link" onClick={() => document.getElementById('content')?.focus()}>
        {t('app.skip')}
      </button>
      <TopBar route={route} />
      <Content route={route} workspace={workspace} />
    </div>
  )
}

function Content({ route, workspace }: { route: RouteOf<WorkplacePage>; workspace: Workspace }) {
  const { t } = useText()
  const permissions = usePermissions()
  const loading = useObservable(workspace.loading)
  if (!mayVisit(route.page, permissions)) return <NotAllowed place={route.page} />
  // The other pages ask for what they show by themselves.
  if (route.page === 'map' && loading === 'loading') return <LoadingPage text={t('app.loadingStations')} />
  if (route.page === 'map' && loading === 'failed') {
    return (
      <main id="content" tabIndex={-1} className="whole-page">
        <Failed text={t('app.loadFailed')} onRetry={() => void workspace.start()} />
      </main>
    )
  }
  const show = PAGES[route.page] as (route: Route) => ReactNode
  return (
    <Suspense fallback={<LoadingPage text={t('app.loading')} />}>
      {show(route)}
      <FocusOnArrival place={placeOf(route)} />
    </Suspense>
  )
}

/** One alert is another place than the inbox, although it is below it in the address. */
function placeOf(route: RouteOf<WorkplacePage>): string {
  return route.page === 'alerts' && route.alert !== null ? `alerts ${route.alert}` : route.page
}

function Opening() {
  const { t } = useText()
  return (
    <main className="whole-page">
      <Loading text={t('app.loading')} />
    </main>
  )
}

function LoadingPage({ text }: { text: string }) {
  return (
    <main id="content" tabIndex={-1} className="whole-page">
      <Loading text={text} />
    </main>
  )
}

function NotAllowed({ place }: { place: Page }) {
  const { t } = useText()
  useTitle(t('notAllowed.title'))
  return (
    <main id="content" tabIndex={-1} className="whole-page" data-testid="not-allowed">
      <h1 className="visually-hidden">{t('notAllowed.title')}</h1>
      <Empty text={t('notAllowed.text')} />
      <FocusOnArrival place={place} />
    </main>
  )
}

function Broken() {
  const { t } = useText()
  return (
    <main className="whole-page">
      <Failed text={t('app.broken')} onRetry={() => location.reload()} />
    </main>
  )
}
