import type { AccountView } from '@osprey/core/api/people'
import { useText } from '../i18n/use-text.ts'
import { usePhone } from '../ui/use-media.ts'
import { stateOf } from './people-filter.ts'

interface PeopleTableProps {
  accounts: readonly AccountView[]
  /** Names of jurisdictions by id. */
  names: ReadonlyMap<string, string>
  onOpen: (username: string) => void
}

/** On a phone role and territory stand below the name. */
export function PeopleTable({ accounts, names, onOpen }: PeopleTableProps) {
  const { t, format } = useText()
  const phone = usePhone()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="table-scroll" tabIndex={0} aria-label={t('people.title')}>
      <table className="table" data-testid="people">
        <thead>
          <tr>
            <th scope="col">{t('people.name')}</th>
            {!phone && <th scope="col">{t('people.role')}</th>}
            {!phone && <th scope="col">{t('people.territory')}</th>}
            <th scope="col">{t('people.state')}</th>
            {!phone && <th scope="col">{t('people.lastLogin')}</th>}
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <tr key={account.username} data-testid={`person-${account.username}`}>
              <td>
                <button type="button" className="link" onClick={() => onOpen(account.username)}>
                  {account.displayName}
                </button>
                <p className="row-note">
                  <span className="mono">{account.username}</span>
                  {account.email !== null && ` · ${account.email}`}
                </p>
                {phone && (
                  <p className="row-note">
                    {t(`role.${account.role}`)} · <Territory account={account} names={names} />
                  </p>
                )}
              </td>
              {!phone && <td>{t(`role.${account.role}`)}</td>}
              {!phone && (
                <td>
                  <Territory account={account} names={names} />
                </td>
              )}
              <td>
                <StateChips account={account} />
              </td>
              {!phone && (
                <td className="number">
                  {account.lastLoginAt === null
                    ? t('people.never')
                    : format.dateTime(Date.parse(account.lastLoginAt))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Territory({ account, names }: { account: AccountView; names: ReadonlyMap<string, string> }) {
  const { t } = useText()
  if (account.jurisdictions === null) return t('people.whole')
  return account.jurisdictions.map((id) => names.get(id) ?? id).join(t('people.and'))
}

const LOOK = { active: 'positive', invited: 'caution', disabled: 'negative' } as const

export function StateChips({ account }: { account: AccountView }) {
  const { t, format } = useText()
  const state = stateOf(account)
  return (
    <span className="chips">
      <span className={`chip ${LOOK[state]}`}>{t(`people.states.${state}`)}</span>
      {account.secondFactor && <span className="chip">{t('people.secondFactor')}</span>}
      {account.singleSignOn && <span className="chip">{t('people.singleSignOn')}</span>}
      {account.sessions > 0 && (
        <span className="chip">
          {t('people.sessions', { count: account.sessions, n: format.number(account.sessions) })}
        </span>
      )}
    </span>
  )
}
