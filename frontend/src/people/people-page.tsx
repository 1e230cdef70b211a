import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import type { AccountView } from '@osprey/core/api/people'
import { useMemo, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { EVERYBODY, filterPeople } from './people-filter.ts'
import { PeopleFilterBar } from './people-filter-bar.tsx'
import { PeopleTable } from './people-table.tsx'
import { PersonDialog } from './person-dialog.tsx'
import './people.css'

const INTERVAL = 15_000

/** Who may use the platform, in which role and for which part of the territory. */
export function PeoplePage({ person }: { person: string | null }) {
  const { t, format } = useText()
  const { routes } = useApp()
  const may = useMay()
  const accounts = usePolled<AccountView[]>('/api/accounts', INTERVAL)
  const jurisdictions = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  const [filter, setFilter] = useState(EVERYBODY)
  const [inviting, setInviting] = useState(false)
  const areas = jurisdictions.data ?? []
  const names = useMemo(
    () => new Map(jurisdictions.data?.map(({ id, name }) => [id, name])),
    [jurisdictions.data],
  )
  const shown = useMemo(() => filterPeople(accounts.data ?? [], filter), [accounts.data, filter])
  const open = accounts.data?.find(({ username }) => username === person)
  const show = (username: string | null): void => routes.go({ page: 'people', person: username })
  const refresh = (): void => {
    accounts.retry()
    jurisdictions.retry()
  }
  return (
    <PageFrame
      title={t('people.title')}
      explain={t('people.explain')}
      testId="people-page"
      actions={
        may('accounts:write') && (
          <Button look="primary" icon="plus" onClick={() => setInviting(true)} data-testid="invite">
            {t('people.invite')}
          </Button>
        )
      }
    >
      <PeopleFilterBar filter={filter} areas={areas} onChange={setFilter} />
      <section className="card" aria-label={t('people.title')}>
        {accounts.data === null && accounts.failed && (
          <Failed text={t('people.failed')} onRetry={accounts.retry} />
        )}
        {accounts.data === null && !accounts.failed && <Loading text={t('app.loading')} />}
        {accounts.data !== null && (
          <>
            {accounts.failed && <Stale />}
            <p className="card-empty number" role="status" data-testid="people-count">
              {shown.length === 0
                ? t('people.noneFound')
                : t('people.count', { count: shown.length, n: format.number(shown.length) })}
            </p>
            {shown.length > 0 && <PeopleTable accounts={shown} names={names} onOpen={show} />}
          </>
        )}
      </section>
      {inviting && <InviteDialog areas={areas} onCreated={refresh} onClose={() => setInviting(false)} />}
      {open !== undefined && (
        <PersonDialog
          key={open.username}
          account={open}
          areas={areas}
          names={names}
          onChanged={refresh}
          onClose={() => show(null)}
        />
      )}
    </PageFrame>
  )
}
