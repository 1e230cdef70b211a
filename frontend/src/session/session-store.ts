import type { SessionView } from '@osprey/core/api'
import { Observable } from '../ui/observable.ts'
import { type Request, RequestError } from './request.ts'

type User = SessionView['user']

export type Session =
  | { phase: 'checking' }
  | { phase: 'unreachable' }
  /** `expired` tells a person who was working why the page changed. */
  | { phase: 'anonymous'; expired: boolean }
  | { phase: 'signed-in'; user: User }

/** Who is using the page. The cookie itself is HttpOnly: only the server's answers tell. */
export class SessionStore {
  readonly session = new Observable<Session>({ phase: 'checking' })

  constructor(private readonly request: () => Request) {}

  async check(): Promise<void> {
    if (this.session.get().phase === 'unreachable') this.session.set({ phase: 'checking' })
    try {
      const { user } = await this.request()<SessionView>('/api/session')
      this.session.set({ phase: 'signed-in', user })
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0
      this.session.set(
        status === 401 ? { phase: 'anonymous', expired: this.signedIn } : { phase: 'unreachable' },
      )
    }
  }

  /** @throws RequestError 401 for a wrong name or password, 429 when there were too many attempts. */
  async signIn(username: string, password: string): Promise<void> {
    const { user } = await this.request()<SessionView>('/api/session', {
      method: 'POST',
      body: { username, password },
    })
    this.session.set({ phase: 'signed-in', user })
  }

  async visit(): Promise<void> {
    const { user } = await this.request()<SessionView>('/api/session/visit', { method: 'POST' })
    this.session.set({ phase: 'signed-in', user })
  }

  async signOut(): Promise<void> {
    await this.request()('/api/session', { method: 'DELETE' })
    this.session.set({ phase: 'anonymous', expired: false })
  }

  /** Some request was answered 401. */
  readonly expire = (): void => {
    if (this.signedIn) this.session.set({ phase: 'anonymous', expired: true })
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

  private get signedIn(): boolean {
    return this.session.get().phase === 'signed-in'
  }
}
