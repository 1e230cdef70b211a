import type { SessionView } from '@osprey/core/api/people'
import type { Permission } from '@osprey/core/permissions'
import { Observable } from '../ui/observable.ts'
import { type Request, RequestError } from './request.ts'

type User = SessionView['user']

/** Why the log-in page is shown to somebody who was elsewhere before. */
export type Departure = 'expired' | 'passwordSet'

export type Session =
  | { phase: 'checking' }
  | { phase: 'unreachable' }
  | { phase: 'anonymous'; after: Departure | null }
  | {
      phase: 'signed-in'
      user: User
      permissions: ReadonlySet<Permission>
      secondFactor: SessionView['secondFactor']
      singleSignOn: boolean
    }

/** Who is using the page. The cookie itself is HttpOnly: only the server's answers tell. */
export class SessionStore {
  readonly session = new Observable<Session>({ phase: 'checking' })

  constructor(private readonly request: () => Request) {}

  /** Asks the server who is signed in, and what that person may do now. */
  async check(): Promise<void> {
    if (this.session.get().phase === 'unreachable') this.session.set({ phase: 'checking' })
    try {
      this.accept(await this.request()<SessionView>('/api/session'))
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0
      this.session.set(
        status === 401
          ? { phase: 'anonymous', after: this.signedIn ? 'expired' : null }
          : { phase: 'unreachable' },
      )
    }
  }

  /** @throws RequestError 401 for a wrong name, password or code, 429 when there were too many attempts. */
  async signIn(username: string, password: string, code?: string): Promise<void> {
    const body = code === undefined ? { username, password } : { username, password, code }
    this.accept(await this.request()<SessionView>('/api/session', { method: 'POST', body }))
  }

  async visit(): Promise<void> {
    this.accept(await this.request()<SessionView>('/api/session/visit', { method: 'POST' }))
  }

  async signOut(): Promise<void> {
    await this.request()('/api/session', { method: 'DELETE' })
    this.session.set({ phase: 'anonymous', after: null })
  }

  /** A one-time link was used: whoever was signed in here leaves, and the new password can be tried. */
  async passwordSet(): Promise<void> {
    if (this.signedIn) await this.signOut().catch(() => undefined)
    this.session.set({ phase: 'anonymous', after: 'passwordSet' })
  }

  /** Some request was answered 401. */
  readonly expire = (): void => {
    if (this.signedIn) this.session.set({ phase: 'anonymous', after: 'expired' })
  }

  /** Whether the server still knows the session; true when that cannot be told. */
  async stillValid(): Promise<boolean> {
    try {
      await this.request()('/api/session')
      return true
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 401) return true
      this.expire()
      return false
    }
  }

  private accept({ permissions, ...view }: SessionView): void {
    this.session.set({ phase: 'signed-in', ...view, permissions: new Set(permissions) })
  }

  private get signedIn(): boolean {
    return this.session.get().phase === 'signed-in'
  }
}
