import type { AccountView } from '@osprey/core/api/people'
import type { Role } from '@osprey/core/permissions'

export const ACCOUNT_STATES = ['active', 'invited', 'disabled'] as const
/** `invited`: has no way to sign in yet. */
export type AccountState = (typeof ACCOUNT_STATES)[number]

export interface PeopleFilter {
  text: string
  role: Role | ''
  jurisdiction: string
  state: AccountState | ''
}

export const EVERYBODY: PeopleFilter = { text: '', role: '', jurisdiction: '', state: '' }

export function stateOf(account: AccountView): AccountState {
  if (account.disabled) return 'disabled'
  return account.hasPassword || account.singleSignOn ? 'active' : 'invited'
}

/** The accounts that fit every part of the filter. Who has the whole territory belongs to each jurisdiction. */
export function filterPeople(accounts: readonly AccountView[], filter: PeopleFilter): AccountView[] {
  const text = filter.text.trim().toLowerCase()
  return accounts.filter((account) => {
    const { username, displayName, email, role, jurisdictions } = account
    return (
      `${username}\n${displayName}\n${email ?? ''}`.toLowerCase().includes(text) &&
      (filter.role === '' || role === filter.role) &&
      (filter.state === '' || stateOf(account) === filter.state) &&
      (filter.jurisdiction === '' || jurisdictions === null || jurisdictions.includes(filter.jurisdiction))
    )
  })
}
