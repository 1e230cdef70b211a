import type { AccountPatch, AccountView } from '@osprey/core/api/people'
import { ROLE_PERMISSIONS, ROLES, type Role } from '@osprey/core/permissions'
import { areaOf, kindOf, scopeGroups } from '../account/scopes.ts'
import { useText } from '../i18n/use-text.ts'
import type { Area } from '../jurisdictions/tree.ts'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { TerritoryPicker } from './territory-picker.tsx'

/** What is entered about a person, as it stands in the form. */
export interface AccountDraft {
  displayName: string
  email: string
  role: Role
  jurisdictions: readonly string[] | null
}

export const ACCOUNT_FIELDS = ['displayName', 'email', 'role', 'jurisdictions']

export function draftOf({ displayName, email, role, jurisdictions }: AccountView): AccountDraft {
  return { displayName, email: email ?? '', role, jurisdictions }
}

/** The body that the server takes. */
export function accountOf(draft: AccountDraft) {
  return {
    displayName: draft.displayName.trim(),
    email: draft.email.trim() === '' ? null : draft.email.trim(),
    role: draft.role,
    jurisdictions:
      draft.role === 'administrator' || draft.jurisdictions === null ? null : [...draft.jurisdictions],
  } satisfies AccountPatch
}

interface AccountFieldsProps {
  draft: AccountDraft
  areas: readonly Area[]
  problems: ReadonlyMap<string, string>
  /** Nobody changes their own role. */
  roleFixed: boolean
  onChange: (draft: AccountDraft) => void
}

export function AccountFields({ draft, areas, problems, roleFixed, onChange }: AccountFieldsProps) {
  const { t } = useText()
  return (
    <>
      <TextField
        label={t('people.name')}
        problem={problems.get('displayName')}
        name="displayName"
        autoComplete="off"
        maxLength={100}
        required
        value={draft.displayName}
        onChange={(event) => onChange({ ...draft, displayName: event.target.value })}
      />
      <TextField
        label={t('people.email')}
        hint={t('people.emailHint')}
        problem={problems.get('email')}
        name="email"
        type="email"
        autoComplete="off"
        maxLength={254}
        value={draft.email}
        onChange={(event) => onChange({ ...draft, email: event.target.value })}
      />
      <ChoiceField
        label={t('people.role')}
        hint={roleFixed ? t('people.ownRole') : undefined}
        problem={problems.get('role')}
        value={draft.role}
        disabled={roleFixed}
        onChange={(role) => onChange({ ...draft, role: role as Role })}
        testId="role"
      >
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
      </ChoiceField>
      <RoleSummary role={draft.role} />
      <TerritoryPicker
        areas={areas}
        value={draft.jurisdictions}
        onChange={(jurisdictions) => onChange({ ...draft, jurisdictions })}
        wholeOnly={draft.role === 'administrator'}
        problem={problems.get('jurisdictions')}
      />
    </>
  )
}

/** What the role may do, in words and from the table that the server goes by. */
function RoleSummary({ role }: { role: Role }) {
  const { t } = useText()
  const groups = scopeGroups(ROLE_PERMISSIONS[role])
  const named = (kind: 'read' | 'write'): string =>
    groups
      .flatMap(({ scopes }) => scopes.filter((scope) => kindOf(scope) === kind))
      .map((scope) => t(`area.${areaOf(scope)}`))
      .join(t('people.and'))
  const changes = named('write')
  return (
    <div className="role-summary" data-testid="role-summary">
      <p>{t(`roleMeaning.${role}`)}</p>
      <p className="row-note">{t('people.maySee', { areas: named('read') })}</p>
      {changes !== '' && <p className="row-note">{t('people.mayChange', { areas: changes })}</p>}
    </div>
  )
}
