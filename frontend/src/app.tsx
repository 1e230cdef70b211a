import { lazy, Suspense } from 'react'
import { AppContext, type AppState, WorkspaceContext } from './app-state.ts'
import { useText } from './i18n/use-text.ts'
import { LoginPage } from './session/login-page.tsx'
import { TopBar } from './top-bar.tsx'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import { useObservable } from './ui/observable.ts'
import { Failed, Loading } from './ui/states.tsx'
import type { Workspace } from './workspace.ts'
import './app.css'

const importMap = () => import('./map/map-page.tsx')
const MapPage = lazy(() => importMap().then(({ MapPage }) => ({ default: MapPage })))
const LedgerPage = lazy(() =>
  import('./ledger/ledger-page.tsx').then(({ LedgerPage }) => ({ default: LedgerPage })),
)
// The login page shows first; meanwhile the map, the bulk of the code, is on its way.
importMap().catch(() => undefined)

export function App({ state }: { state: AppState }) {
  return (
    <AppContext value={state}>
      <ErrorBoundary fallback={<Broken />}>
        <Gate state={state} />
      </ErrorBoundary>
    </AppContext>
  )
}

function Gate({ state }: { state: AppState }) {
  const { t } = useText()
  const session = useObservable(state.session.session)
  const workspace = useObservable(state.workspace)
  if (session.phase === 'anonymous') return <LoginPage expired={session.expired} />
  if (session.phase === 'unreachable') {
    return (
      <main className="whole-page">
        <Failed text={t('app.unreachable')} onRetry={() => void state.session.check()} />
      </main>
    )
  }
  if (workspace === null || session.phase !== 'signed-in') {
    return (
      <main className="whole-page">
        <Loading text={t('app.loading')} />
      </main>
    )
  }
  return (
    <WorkspaceContext value={workspace}>
      <Workplace state={state} workspace={workspace} />
    </WorkspaceContext>
  )
}

function Workplace({ state, workspace }: { state: AppState; workspace: Workspace }) {
  const { t } = useText()
  const route = useObservable(state.routes.route)
  const loading = useObservable(workspace.loading)
  return (
    <div className="workplace">
      <button type="button" className="skip-link" onClick={() => document.getElementById('content')?.focus()}>
        {t('app.skip')}
      </button>
      <TopBar route={route} />
      {loading === 'loading' && <LoadingStations />}
      {loading === 'failed' && (
        <main id="content" tabIndex={-1} className="whole-page">
          <Failed text={t('app.loadFailed')} onRetry={() => void workspace.start()} />
        </main>
      )}
      {loading === 'ready' && (
        <Suspense fallback={<LoadingStations />}>
          {route.page === 'map' ? <MapPage map={route.map} /> : <LedgerPage device={route.device} />}
        </Suspense>
      )}
    </div>
  )
}

function LoadingStations() {
  const { t } = useText()
  return (
    <main id="content" tabIndex={-1} className="whole-page">
      <Loading text={t('app.loadingStations')} />
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
