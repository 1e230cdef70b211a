import type { NoticesView, NoticeView } from '@osprey/core/api/notifications'
import type { Request } from '../session/request.ts'
import { Observable } from '../ui/observable.ts'

/** As many as the server keeps. */
const MOST = 500
const RETRY = 5000

/** The notices of whoever is signed in: read once, then kept by what the live connection tells. */
export class NoticeStore {
  /** Newest first; null until they are known. */
  readonly notices = new Observable<readonly NoticeView[] | null>(null)
  readonly failed = new Observable(false)
  private readonly watchers = new Set<(notice: NoticeView) => void>()
  /** Told or marked while the notices were read: the answer may be older. */
  private toldMeanwhile: NoticeView[] = []
  private readMeanwhile: (readonly string[] | null)[] = []
  private readings = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(private readonly request: Request) {}

  /** Told of every notice that arrives while the page is open, not of those that were there before. */
  readonly watch = (watcher: (notice: NoticeView) => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /** Reads them. Also after the connection was lost: what came meanwhile was not told. */
  readonly load = async (): Promise<void> => {
    clearTimeout(this.timer)
    const reading = ++this.readings
    this.toldMeanwhile = []
    this.readMeanwhile = []
    try {
      const { notices } = await this.request<NoticesView>('/api/session/notices')
      if (this.stopped || reading !== this.readings) return
      let shown: readonly NoticeView[] = notices
      for (const notice of this.toldMeanwhile) shown = withNotice(shown, notice)
      for (const ids of this.readMeanwhile) shown = asRead(shown, ids)
      this.failed.set(false)
      this.notices.set(shown)
    } catch {
      if (this.stopped || reading !== this.readings) return
      this.failed.set(true)
      this.timer = setTimeout(this.load, RETRY)
    }
  }

  /** The live connection told of one. */
  readonly receive = (notice: NoticeView): void => {
    this.toldMeanwhile.push(notice)
    const known = this.notices.get() ?? []
    if (known.some(({ id }) => id === notice.id)) return
    this.notices.set(withNotice(known, notice))
    for (const watcher of this.watchers) watcher(notice)
  }

  /** Marks as read: those named, or all. @throws RequestError */
  async read(ids: readonly string[] | null): Promise<void> {
    await this.request('/api/session/notices/read', { method: 'POST', body: { notices: ids } })
    if (this.stopped) return
    this.readMeanwhile.push(ids)
    const known = this.notices.get()
    if (known !== null) this.notices.set(asRead(known, ids))
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }
}

export function unreadOf(notices: readonly NoticeView[] | null): number {
  return notices?.filter(({ read }) => !read).length ?? 0
}

function withNotice(notices: readonly NoticeView[], notice: NoticeView): readonly NoticeView[] {
  if (notices.some(({ id }) => id === notice.id)) return notices
  return [notice, ...notices].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST)
}

function asRead(notices: readonly NoticeView[], ids: readonly string[] | null): readonly NoticeView[] {
  const named = ids && new Set(ids)
  return notices.map((notice) =>
    notice.read || (named !== null && !named.has(notice.id)) ? notice : { ...notice, read: true },
  )
}
