import type { NoticeView } from '@osprey/core/api/notifications'
import { Observable } from '../ui/observable.ts'
import { recall, remember } from '../ui/preferences.ts'

/** `refused`: the person said no to the browser, which does not ask a second time. */
export type BrowserNotices = 'unsupported' | 'refused' | 'off' | 'on'

const PREFERENCE = 'browser-notices'

/** Notices shown by the browser itself, also over other windows. Wished for in this browser, never by default. */
export class BrowserNotifier {
  readonly state: Observable<BrowserNotices>

  constructor() {
    this.state = new Observable(this.current())
  }

  /** To be called on a click: the browser asks the person. */
  async enable(): Promise<void> {
    remember(PREFERENCE, 'on')
    if (this.current() === 'off') await Notification.requestPermission()
    this.state.set(this.current())
  }

  disable(): void {
    remember(PREFERENCE, 'off')
    this.state.set(this.current())
  }

  /** Shows a notice unless the page is looked at: there the bell does. */
  show({ id, title }: Pick<NoticeView, 'id' | 'title'>, body: string, open: () => void): void {
    if (this.current() !== 'on' || (document.visibilityState === 'visible' && document.hasFocus())) return
    try {
      // With a tag, several windows of the app show it once.
      const shown = new Notification(title, { body, tag: id, icon: '/osprey.svg' })
      shown.onclick = () => {
        window.focus()
        shown.close()
        open()
      }
    } catch {
      // Browsers of phones offer the interface and refuse its constructor.
      this.state.set('unsupported')
    }
  }

  private current(): BrowserNotices {
    if (typeof Notification === 'undefined' || !window.isSecureContext) return 'unsupported'
    if (Notification.permission === 'denied') return 'refused'
    const wished = recall(PREFERENCE, ['on', 'off'] as const) === 'on'
    return wished && Notification.permission === 'granted' ? 'on' : 'off'
  }
}
