import { createContext, useContext } from 'react'
import { Handovers } from './handover/handovers.ts'
import { RouteStore } from './routing/route-store.ts'
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
  /** Outlives the session: what was handed out and not taken yet would otherwise be lost with it. */
  readonly handovers = new Handovers()
  /** Exists while somebody is signed in and may work. */
  readonly workspace = new Observable<Workspace | null>(null)
  private worker: string | null = null

  start(): void {
    this.theme.start()
    this.routes.start()
    this.session.session.subscribe(this.sessionChanged)
    void this.session.check()
  }

  private readonly sessionChanged = (): void => {
    const session = this.session.session.get()
    if (session.phase === 'signed-in') this.handovers.signedIn(session.user.username)
    // Before a required second factor is set up, the server answers nothing that the workspace would ask.
    const signedIn = session.phase === 'signed-in' && session.secondFactor !== 'required'
    let workspace = this.workspace.get()
    // Somebody else may have signed in in another window of this browser.
    if (workspace !== null && signedIn && session.user.username !== this.worker) {
      workspace.stop()
      workspace = null
    }
    if (signedIn && workspace === null) {
      this.worker = session.user.username
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
