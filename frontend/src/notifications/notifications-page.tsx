import type { ChannelView, RouteView } from '@osprey/core/api/notifications'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Tabs } from '../rules/tabs.tsx'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { PageFrame } from '../ui/page.tsx'
import { Empty, Failed, Loading, Stale } from '../ui/states.tsx'
import { ChannelDialog } from './channel-dialog.tsx'
import { ChannelsTab } from './channels-tab.tsx'
import { DeliveriesTab } from './deliveries-tab.tsx'
import { HolidaysTab } from './holidays-tab.tsx'
import { NOTIFICATIONS_VIEWS, type NotificationsView } from './notifications-views.ts'
import { RouteDialog } from './route-dialog.tsx'
import { RoutesTab } from './routes-tab.tsx'
import '../alerts/severity.css'
import '../rules/rules.css'
import './notifications.css'

const INTERVAL = 15_000

interface NotificationsPageProps {
  view: NotificationsView
  /** The log of deliveries shows only those that tell of this alert. */
  alert: string | null
}

/** Over what people are told of alerts, who of which, what came of it, and which days are holidays. */
export function NotificationsPage({ view, alert }: NotificationsPageProps) {
  const { t } = useText()
  const { routes: pages, session } = useApp()
  const current = useObservable(session.session)
  // Channels and routes are those of everybody: the server tells them only to who may see everything.
  const whole = current.phase === 'signed-in' && current.user.jurisdictions === null
  const channels = usePolled<ChannelView[]>(whole ? '/api/notifications/channels' : null, INTERVAL)
  const routes = usePolled<RouteView[]>(whole ? '/api/notifications/routes' : null, INTERVAL)
  const [dialog, setDialog] = useState<'channel' | 'route' | ChannelView | RouteView | null>(null)
  const reload = (): void => {
    channels.retry()
    routes.retry()
  }
  const show = (next: NotificationsView): void => pages.go({ page: 'notifications', view: next, alert: null })
  const failed = channels.failed || routes.failed
  const known = channels.data !== null && routes.data !== null
  const panel = (tab: NotificationsView) => {
    if (tab !== view) return null
    if (tab === 'holidays') return <HolidaysTab />
    if (!whole) return <Empty text={t('notifications.wholeOnly')} />
    if (!known && failed) return <Failed text={t('notifications.failed')} onRetry={reload} />
    if (channels.data === null || routes.data === null) return <Loading text={t('app.loading')} />
    if (tab === 'deliveries') {
      return <DeliveriesTab channels={channels.data} routes={routes.data} alert={alert} />
    }
    const told = routes.data.some(({ enabled }) => enabled)
    return (
      <>
        {failed && <Stale />}
        {!told && (
          <NobodyTold
            channels={channels.data}
            routes={routes.data}
            onChannel={() => setDialog('channel')}
            onRoute={() => setDialog('route')}
          />
        )}
        {tab === 'channels' && (channels.data.length > 0 || told) && (
          <ChannelsTab
            channels={channels.data}
            routes={routes.data}
            onEdit={setDialog}
            onNew={() => setDialog('channel')}
            onChanged={reload}
          />
        )}
        {tab === 'routes' && (
          <RoutesTab
            channels={channels.data}
            routes={routes.data}
            onEdit={setDialog}
            onNew={() => setDialog('route')}
            onChanged={reload}
          />
        )}
      </>
    )
  }
  return (
    <PageFrame
      title={t('notifications.title')}
      explain={t('notifications.explain')}
      testId="notifications-page"
    >
      <div className="notifications">
        <Tabs
          label={t('notifications.tabs')}
          tabs={NOTIFICATIONS_VIEWS.map((id) => ({ id, text: t(`notifications.tab.${id}`) }))}
          open={view}
          onOpen={show}
          panel={panel}
        />
      </div>
      {isChannel(dialog) && (
        <ChannelDialog
          channel={dialog === 'channel' ? null : dialog}
          taken={channels.data ?? []}
          onSaved={reload}
          onClose={() => setDialog(null)}
        />
      )}
      {isRoute(dialog) && (
        <RouteDialog
          route={dialog === 'route' ? null : dialog}
          taken={routes.data ?? []}
          channels={channels.data ?? []}
          onSaved={reload}
          onClose={() => setDialog(null)}
        />
      )}
    </PageFrame>
  )
}

type Open = 'channel' | 'route' | ChannelView | RouteView | null

function isChannel(dialog: Open): dialog is 'channel' | ChannelView {
  return dialog === 'channel' || (typeof dialog === 'object' && dialog !== null && 'kind' in dialog)
}

function isRoute(dialog: Open): dialog is 'route' | RouteView {
  return dialog === 'route' || (typeof dialog === 'object' && dialog !== null && !('kind' in dialog))
}

interface NobodyToldProps {
  channels: readonly ChannelView[]
  routes: readonly RouteView[]
  onChannel: () => void
  onRoute: () => void
}

/** What is missing before anybody is told of an alert, with the next step. */
function NobodyTold({ channels, routes, onChannel, onRoute }: NobodyToldProps) {
  const { t } = useText()
  const may = useMay()
  const first = channels.length === 0 && routes.length === 0
  const step = first ? 'channel' : routes.length === 0 ? 'route' : null
  return (
    <section
      className="card nobody-told"
      data-testid="nobody-told"
      aria-label={t('notifications.nobody.title')}
    >
      <Icon name="silence" size={28} />
      <div>
        <p className="row-title">{t('notifications.nobody.title')}</p>
        <p className="row-note">
          {t(step === null ? 'notifications.nobody.off' : `notifications.nobody.${step}`)}
        </p>
      </div>
      {step !== null && may('notifications:write') && (
        <Button
          look="primary"
          icon="plus"
          onClick={step === 'channel' ? onChannel : onRoute}
          data-testid="begin"
        >
          {t(`notifications.${step}.new`)}
        </Button>
      )}
    </section>
  )
}
