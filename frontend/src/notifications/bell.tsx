import type { NoticeView } from '@osprey/core/api/notifications'
import { useEffect, useState } from 'react'
import { FIRING_ALERTS } from '../alerts/alert-search.ts'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Icon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { useObservable } from '../ui/observable.ts'
import { BrowserNotifier } from './browser-notices.ts'
import { NoticeList } from './notice-list.tsx'
import { unreadOf } from './notice-store.ts'
import './bell.css'

const MOST = 99

/** What the person was told: how many are unread, the list, and a word to the screen reader when one arrives. */
export function Bell() {
  const { t, format } = useText()
  const { routes } = useApp()
  const { notices: store } = useWorkspace()
  const notices = useObservable(store.notices)
  const [notifier] = useState(() => new BrowserNotifier())
  const [arrived, setArrived] = useState<NoticeView | null>(null)
  const unread = unreadOf(notices)
  useEffect(
    () =>
      store.watch((notice) => {
        setArrived(notice)
        const kind = t(`notices.kind.${notice.kind}`)
        const body = notice.severity === null ? kind : `${t(`alerts.severity.${notice.severity}`)} · ${kind}`
        notifier.show(notice, body, () => {
          if (notice.alert !== null) routes.go({ page: 'alerts', alert: notice.alert, search: FIRING_ALERTS })
          store.read([notice.id]).catch(() => undefined)
        })
      }),
    [store, notifier, routes, t],
  )
  useEffect(() => {
    // What was read in another window is not told to this one.
    const onVisible = (): void => {
      if (!document.hidden) void store.load()
    }
    document.addEventListener('visibilitychange', onVisible)
    return () => document.removeEventListener('visibilitychange', onVisible)
  }, [store])
  const label =
    unread === 0 ? t('notices.title') : t('notices.open', { count: unread, n: format.number(unread) })
  return (
    <div className="bell">
      <Menu
        label={t('notices.title')}
        button={(props) => (
          <button
            {...props}
            type="button"
            className="button quiet icon-only bell-button"
            aria-label={label}
            title={label}
            data-testid="bell"
          >
            <Icon name="bell" />
            {unread > 0 && (
              <span className="bell-count number" aria-hidden="true" data-testid="bell-count">
                {unread > MOST ? `${MOST}+` : format.number(unread)}
              </span>
            )}
          </button>
        )}
      >
        {(close) => <NoticeList store={store} notifier={notifier} onClose={close} />}
      </Menu>
      <span className="visually-hidden" role="status" aria-live="polite" data-testid="notice-announced">
        {arrived !== null && t('notices.arrived', { title: arrived.title })}
      </span>
    </div>
  )
}
