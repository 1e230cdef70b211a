import { createContext, useContext } from 'react'
import { RouteStore } from './map/route-store.ts'
import { createRequest } from './session/request.ts'
import { SessionStore } from './session/session-store.ts'
import { Observable } from './ui/observable.ts'
import { ThemeStore } from './ui/theme.ts'
import { Workspace } from './workspace.ts'

/** Wires the app in one place: who may talk to the server, what is shown, what is live. */
export class AppState {
  readonly theme = new ThemeStore()
  readonly routes = new RouteStore()
  readonly session = new SessionStore(() => this.request)
  readonly request = createRequest(this.session.expire)
  /** Exists while somebody is signed in. */
  readonly workspace = new Observable<Workspace | null>(null)

  start(): void {
    this.theme.start()
    this.routes.start()
    this.session.session.subscribe(this.sessionChanged)
    void this.session.check()
  }

  private readonly sessionChanged = (): void => {
    const signedIn = this.session.session.get().phase === 'signed-in'
    const workspace = this.workspace.get()
    if (signedIn && workspace === null) {
      const started = new Workspace(this.request, liveUrl(), () => this.session.stillValid())
      this.workspace.set(started)
      void started.start()
    } else if (!signedIn && workspace !== null) {
      workspace.stop()
      this.workspace.set(null)
    }
  }
}

function liveUrl(): string {
  const url = new URL('/live', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  return url.href
}

export const AppContext = createContext<AppState | null>(null)
export const WorkspaceContext = createContext<Workspace | null>(null)

export function useApp(): AppState {
  const app = useContext(AppContext)
  if (app === null) throw new Error('useApp outside of AppContext')
  return app
}

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (workspace === null) throw new Error('useWorkspace outside of WorkspaceContext')
  return workspace
}
