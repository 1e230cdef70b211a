import type { NoticeView } from '@osprey/core/api/notifications'
import { useEffect, useRef } from 'react'
import { FIRING_ALERTS } from '../alerts/alert-search.ts'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Age } from '../ui/age.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { Empty, Failed, Loading } from '../ui/states.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import type { BrowserNotifier } from './browser-notices.ts'
import { type NoticeStore, unreadOf } from './notice-store.ts'

/** Newest ones in the panel; the rest is older than anybody scrolls to. */
const MOST = 100

interface NoticeListProps {
  store: NoticeStore
  notifier: BrowserNotifier
  onClose: () => void
}

export function NoticeList({ store, notifier, onClose }: NoticeListProps) {
  const { t } = useText()
  const notices = useObservable(store.notices)
  const failed = useObservable(store.failed)
  const { busy, error, attempt } = useAttempt()
  useEffect(() => void store.load(), [store])
  const list = useRef<HTMLElement>(null)
  const read = async (ids: readonly string[] | null): Promise<void> => {
    // The button that was pressed is gone then; the focus must not be.
    if (await attempt(() => store.read(ids))) list.current?.focus()
  }
  return (
    <div className="notices" data-testid="notices">
      <div className="notices-head">
        <h2>{t('notices.title')}</h2>
        {unreadOf(notices) > 0 && (
          <Button
            small
            look="quiet"
            icon="check"
            disabled={busy}
            onClick={() => void read(null)}
            data-testid="read-all"
          >
            {t('notices.readAll')}
          </Button>
        )}
      </div>
      {error !== null && <ProblemText error={error} />}
      {notices === null && failed && <Failed text={t('notices.failed')} onRetry={() => void store.load()} />}
      {notices === null && !failed && <Loading text={t('app.loading')} />}
      {notices?.length === 0 && <Empty text={t('notices.none')} />}
      {notices !== null && notices.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section ref={list} className="notices-scroll" tabIndex={0} aria-label={t('notices.title')}>
          <ul>
            {notices.slice(0, MOST).map((notice) => (
              <Notice
                key={notice.id}
                notice={notice}
                onRead={() => void read([notice.id])}
                onFollow={() => {
                  if (!notice.read) store.read([notice.id]).catch(() => undefined)
                  onClose()
                }}
              />
            ))}
          </ul>
        </section>
      )}
      <BrowserChoice notifier={notifier} />
    </div>
  )
}

interface NoticeProps {
  notice: NoticeView
  onRead: () => void
  onFollow: () => void
}

function Notice({ notice, onRead, onFollow }: NoticeProps) {
  const { t } = useText()
  const { id, kind, title, text, alert, severity, at, read } = notice
  const words = (
    <>
      <span className="notice-title">{title}</span>
      {text !== '' && <span className="notice-text">{text}</span>}
    </>
  )
  return (
    <li className="notice-row" data-read={read} data-testid={`notice-${id}`}>
      <span className={severity === null ? 'notice-mark' : `notice-mark severity-${severity}`}>
        {severity === null ? <Icon name="info" size={16} /> : <SeverityShape severity={severity} />}
      </span>
      <div>
        <p className="row-note">
          {!read && <span className="visually-hidden">{t('notices.unread')} </span>}
          {t(`notices.kind.${kind}`)}
          {severity !== null && ` · ${t(`alerts.severity.${severity}`)}`} · <Age time={at} />
        </p>
        {alert === null ? (
          <p className="notice-words">{words}</p>
        ) : (
          <a
            className="notice-words"
            href={formatHash({ page: 'alerts', alert, search: FIRING_ALERTS })}
            onClick={onFollow}
            data-testid="notice-link"
          >
            {words}
          </a>
        )}
      </div>
      {!read && (
        <IconButton
          small
          icon="check"
          look="quiet"
          label={t('notices.read', { title })}
          onClick={onRead}
          data-testid="read-one"
        />
      )}
    </li>
  )
}

/** Notices of the browser itself: asked for only here, on a click. */
function BrowserChoice({ notifier }: { notifier: BrowserNotifier }) {
  const { t } = useText()
  const state = useObservable(notifier.state)
  if (state === 'unsupported') return <p className="menu-note">{t('notices.browser.unsupported')}</p>
  if (state === 'refused') return <p className="menu-note">{t('notices.browser.refused')}</p>
  return (
    <label className="option notices-browser">
      <input
        type="checkbox"
        checked={state === 'on'}
        onChange={(event) => {
          if (event.target.checked) void notifier.enable()
          else notifier.disable()
        }}
        data-testid="browser-notices"
      />
      <span>{t('notices.browser.wish')}</span>
    </label>
  )
}
