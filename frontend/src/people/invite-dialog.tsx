import type { AccountCreated } from '@osprey/core/api/people'
import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import type { Area } from '../jurisdictions/tree.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { ACCOUNT_FIELDS, type AccountDraft, AccountFields, accountOf } from './account-fields.tsx'

const NOBODY: AccountDraft = { displayName: '', email: '', role: 'viewer', jurisdictions: [] }

interface InviteDialogProps {
  areas: readonly Area[]
  onCreated: () => void
  onClose: () => void
}

/** Makes an account; the link with which the person sets a password is shown next. */
export function InviteDialog({ areas, onCreated, onClose }: InviteDialogProps) {
  const { t } = useText()
  const { request } = useApp()
  const [username, setUsername] = useState('')
  const [draft, setDraft] = useState(NOBODY)
  const handOver = useHandOver()
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void attempt(async () => {
      const body = { username, ...accountOf(draft) }
      const created = await request<AccountCreated>('/api/accounts', { method: 'POST', body })
      handOver({ kind: 'link', link: created.link, name: created.account.displayName })
      onCreated()
      onClose()
    })
  }
  const nowhere = draft.role !== 'administrator' && draft.jurisdictions?.length === 0
  return (
    <Dialog title={t('people.invite')} onClose={onClose}>
      <form className="card-form" onSubmit={submit} data-testid="invite-form">
        <TextField
          label={t('people.username')}
          hint={t('people.usernameHint')}
          problem={problems.get('username')}
          name="username"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          pattern="[a-z0-9][a-z0-9._\-]{0,63}"
          title={t('people.usernameHint')}
          required
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <AccountFields
          draft={draft}
          areas={areas}
          problems={problems}
          roleFixed={false}
          onChange={setDraft}
        />
        {isGeneral(error, ['username', ...ACCOUNT_FIELDS]) && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy || nowhere} data-testid="invite-send">
            {t('people.invite')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
