import type { SavedView } from '@osprey/core/api/alerts'
import { type FormEvent, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Menu } from '../ui/menu.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { type AlertSearch, alertParameters, parseAlertSearch } from './alert-search.ts'

const INTERVAL = 120_000
const PATH = '/api/session/alert-views'

/** The searches a person keeps under a name. */
export function SavedViews({ search }: { search: AlertSearch }) {
  const { t } = useText()
  const { routes } = useApp()
  const { request } = useWorkspace()
  const views = usePolled<SavedView[]>(PATH, INTERVAL)
  const [naming, setNaming] = useState(false)
  const { error, attempt } = useAttempt()
  const open = (query: string): void =>
    routes.go({ page: 'alerts', alert: null, search: parseAlertSearch(new URLSearchParams(query)) })
  const remove = (id: string): void => {
    void attempt(async () => {
      await request(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' })
      views.retry()
    })
  }
  return (
    <>
      <Menu
        label={t('alerts.views.title')}
        button={(props) => (
          <button {...props} type="button" className="button" data-testid="saved-views">
            {t('alerts.views.title')}
          </button>
        )}
      >
        {(close) => (
          <>
            {views.data === null && views.failed && <p className="menu-note">{t('alerts.views.failed')}</p>}
            {views.data?.length === 0 && <p className="menu-note">{t('alerts.views.none')}</p>}
            {error !== null && <ProblemText error={error} />}
            <ul className="saved-views">
              {views.data?.map(({ id, name, query }) => (
                <li key={id}>
                  <button
                    type="button"
                    className="menu-item"
                    onClick={() => {
                      open(query)
                      close()
                    }}
                    data-testid="saved-view"
                  >
                    {name}
                  </button>
                  <IconButton
                    icon="trash"
                    look="quiet"
                    small
                    label={t('alerts.views.remove', { name })}
                    onClick={() => remove(id)}
                  />
                </li>
              ))}
            </ul>
            <hr />
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                close()
                setNaming(true)
              }}
              data-testid="save-view"
            >
              {t('alerts.views.save')}
            </button>
          </>
        )}
      </Menu>
      {naming && (
        <NameDialog
          search={search}
          onSaved={() => {
            views.retry()
            setNaming(false)
          }}
          onClose={() => setNaming(false)}
        />
      )}
    </>
  )
}

interface NameDialogProps {
  search: AlertSearch
  onSaved: () => void
  onClose: () => void
}

function NameDialog({ search, onSaved, onClose }: NameDialogProps) {
  const { t } = useText()
  const { request } = useWorkspace()
  const [name, setName] = useState('')
  const { busy, error, attempt } = useAttempt()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const parameters = Object.entries(alertParameters(search)).filter(([, value]) => value !== '')
    const body = { name: name.trim(), query: new URLSearchParams(parameters).toString() }
    void attempt(async () => {
      await request(PATH, { method: 'POST', body })
      onSaved()
    })
  }
  return (
    <Dialog title={t('alerts.views.save')} onClose={onClose}>
      <form className="card-form" onSubmit={submit} data-testid="save-view-form">
        <TextField
          label={t('alerts.views.name')}
          value={name}
          maxLength={100}
          required
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          data-testid="view-name"
        />
        {error !== null && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy || name.trim() === ''}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
