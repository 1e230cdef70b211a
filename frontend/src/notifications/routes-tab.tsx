import type { ChannelView, RouteView } from '@osprey/core/api/notifications'
import { useState } from 'react'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useDuration } from '../rules/fields.tsx'
import { usePlaces } from '../rules/places.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Empty } from '../ui/states.tsx'
import { routeSentence } from './route-sentence.ts'
import { useRuleNames } from './use-rule-names.ts'

interface RoutesTabProps {
  channels: readonly ChannelView[]
  routes: readonly RouteView[]
  onEdit: (route: RouteView) => void
  onNew: () => void
  onChanged: () => void
}

/** Which alerts go where, each in a sentence. */
export function RoutesTab({ channels, routes, onEdit, onNew, onChanged }: RoutesTabProps) {
  const { t, language } = useText()
  const { request } = useWorkspace()
  const may = useMay()
  const places = usePlaces()
  const rules = useRuleNames()
  const duration = useDuration()
  const [removing, setRemoving] = useState<RouteView | null>(null)
  const names = {
    channel: nameIn(channels),
    jurisdiction: nameIn(places.jurisdictions),
    rule: nameIn(rules),
  }
  const writable = may('notifications:write')
  const pathOf = ({ id }: RouteView): string => `/api/notifications/routes/${encodeURIComponent(id)}`
  return (
    <section className="card" aria-labelledby="routes-title">
      <div className="card-head">
        <div>
          <h2 id="routes-title">{t('notifications.tab.routes')}</h2>
          <p className="row-note">{t('notifications.route.explain')}</p>
        </div>
        {writable && (
          <Button look="primary" small icon="plus" onClick={onNew} data-testid="new-route">
            {t('notifications.route.new')}
          </Button>
        )}
      </div>
      {routes.length === 0 && <Empty text={t('notifications.route.none')} />}
      <ul className="rows" data-testid="routes">
        {routes.map((route) => (
          <li key={route.id} className="channel-row" data-testid={`route-${route.id}`}>
            <div>
              <p className="row-title">
                <span className={`route-mark severity-${route.severity}`}>
                  <SeverityShape severity={route.severity} />
                </span>
                {route.name}
                {!route.enabled && <span className="chip caution">{t('notifications.off')}</span>}
              </p>
              <p className="route-sentence">{routeSentence(route, names, { t, language, duration })}</p>
            </div>
            {writable && (
              <div className="row-acts">
                <Button small icon="edit" onClick={() => onEdit(route)} data-testid="edit-route">
                  {t('notifications.edit')}
                </Button>
                <Button
                  small
                  look="quiet"
                  icon="trash"
                  className="icon-only"
                  aria-label={t('notifications.route.removeNamed', { name: route.name })}
                  title={t('notifications.route.removeNamed', { name: route.name })}
                  onClick={() => setRemoving(route)}
                  data-testid="remove-route"
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {removing !== null && (
        <ConfirmDialog
          title={t('notifications.route.removeTitle', { name: removing.name })}
          confirm={t('notifications.route.remove')}
          onConfirm={async () => {
            await request(pathOf(removing), { method: 'DELETE' })
            onChanged()
          }}
          onClose={() => setRemoving(null)}
        >
          <p>{t('notifications.route.removeText')}</p>
        </ConfirmDialog>
      )}
    </section>
  )
}

function nameIn(all: readonly { id: string; name: string }[]): (id: string) => string {
  const names = new Map(all.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}
