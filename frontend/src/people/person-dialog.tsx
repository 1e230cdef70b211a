import type { AccountLinkView, AccountView } from '@osprey/core/api/people'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import type { Area } from '../jurisdictions/tree.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { ACCOUNT_FIELDS, AccountFields, accountOf, draftOf } from './account-fields.tsx'
import { StateChips } from './people-table.tsx'

interface PersonDialogProps {
  account: AccountView
  areas: readonly Area[]
  names: ReadonlyMap<string, string>
  onChanged: () => void
  onClose: () => void
}

/** One person: what is known, and everything an administrator can do about it. */
export function PersonDialog({ account, areas, names, onChanged, onClose }: PersonDialogProps) {
  const { t, format } = useText()
  const may = useMay()
  const territory = account.jurisdictions?.map((id) => names.get(id) ?? id).join(t('people.and'))
  return (
    <Dialog title={account.displayName} onClose={onClose}>
      <div className="person-head">
        <p className="row-note">
          <span className="mono">{account.username}</span>
          {' · '}
          {t('people.since', { time: format.dateTime(Date.parse(account.createdAt)) })}
          {' · '}
          {account.lastLoginAt === null
            ? t('people.neverIn')
            : t('people.lastIn', { time: format.dateTime(Date.parse(account.lastLoginAt)) })}
        </p>
        <StateChips account={account} />
      </div>
      {may('accounts:write') ? (
        <>
          <EditForm account={account} areas={areas} onChanged={onChanged} />
          <Doings account={account} onChanged={onChanged} onClose={onClose} />
        </>
      ) : (
        <p>
          {t(`role.${account.role}`)} · {territory ?? t('people.whole')}
        </p>
      )}
    </Dialog>
  )
}

function pathOf(account: AccountView): string {
  return `/api/accounts/${encodeURIComponent(account.username)}`
}

interface EditFormProps {
  account: AccountView
  areas: readonly Area[]
  onChanged: () => void
}

function EditForm({ account, areas, onChanged }: EditFormProps) {
  const { t } = useText()
  const { request } = useApp()
  const own = useIsOwn(account)
  const [draft, setDraft] = useState(() => draftOf(account))
  const [saved, setSaved] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { role, ...rest } = accountOf(draft)
    const body = own ? rest : { role, ...rest }
    const done = await attempt(() => request(pathOf(account), { method: 'PATCH', body }))
    setSaved(done)
    if (done) onChanged()
  }
  const nowhere = draft.role !== 'administrator' && draft.jurisdictions?.length === 0
  return (
    <form className="card-form" onSubmit={submit} data-testid="person-form">
      <AccountFields
        draft={draft}
        areas={areas}
        problems={problems}
        roleFixed={own}
        onChange={(changed) => {
          setDraft(changed)
          setSaved(false)
        }}
      />
      {isGeneral(error, ACCOUNT_FIELDS) && <ProblemText error={error} />}
      {saved && (
        <p className="notice positive" role="status" data-testid="person-saved">
          <Icon name="check" size={18} />
          {t('people.saved')}
        </p>
      )}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy || nowhere} data-testid="person-save">
          {t('action.save')}
        </Button>
      </div>
    </form>
  )
}

function useIsOwn(account: AccountView): boolean {
  const session = useObservable(useApp().session.session)
  return session.phase === 'signed-in' && session.user.username === account.username
}

type Doing = 'link' | 'enable' | 'disable' | 'endSessions' | 'clearSecondFactor' | 'remove'
type Asked = Exclude<Doing, 'link' | 'enable'>

interface DoingsProps {
  account: AccountView
  onChanged: () => void
  onClose: () => void
}

/** What ends something is asked about once more. */
function Doings({ account, onChanged, onClose }: DoingsProps) {
  const { t } = useText()
  const { request } = useApp()
  const own = useIsOwn(account)
  const handOver = useHandOver()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { busy, error, attempt } = useAttempt()
  const list = useRef<HTMLDivElement>(null)
  const wasAsked = useRef(false)
  // The button that had the focus is gone with the question.
  useEffect(() => {
    if (wasAsked.current && asked === null) list.current?.querySelector('button')?.focus()
    wasAsked.current = asked !== null
  }, [asked])
  const path = pathOf(account)
  const work: Record<Doing, () => Promise<unknown>> = {
    link: async () => {
      const link = await request<AccountLinkView>(`${path}/link`, { method: 'POST' })
      handOver({ kind: 'link', link, name: account.displayName })
    },
    enable: () => request(path, { method: 'PATCH', body: { disabled: false } }),
    disable: () => request(path, { method: 'PATCH', body: { disabled: true } }),
    endSessions: () => request(`${path}/sessions`, { method: 'DELETE' }),
    clearSecondFactor: () => request(`${path}/second-factor`, { method: 'DELETE' }),
    remove: () => request(path, { method: 'DELETE' }),
  }
  const run = async (doing: Doing): Promise<void> => {
    setAsked(null)
    if (!(await attempt(work[doing]))) return
    onChanged()
    if (doing === 'remove') onClose()
  }
  const offered: readonly Doing[] = [
    ...(account.disabled ? [] : (['link', 'endSessions'] as const)),
    ...(account.secondFactor && !own ? (['clearSecondFactor'] as const) : []),
    ...(own ? [] : ([account.disabled ? 'enable' : 'disable', 'remove'] as const)),
  ]
  return (
    <section className="doings" aria-label={t('people.doings')}>
      <h3>{t('people.doings')}</h3>
      {asked === null ? (
        <div ref={list} className="doings-list">
          {offered.map((doing) => (
            <Button
              key={doing}
              small
              look={doing === 'remove' || doing === 'disable' ? 'danger' : 'plain'}
              disabled={busy}
              onClick={() => (doing === 'enable' || doing === 'link' ? void run(doing) : setAsked(doing))}
              data-testid={`do-${doing}`}
            >
              {t(`people.do.${doing}`)}
            </Button>
          ))}
        </div>
      ) : (
        <div className="card-form" role="alert">
          <p>{t(`people.ask.${asked}`, { name: account.displayName })}</p>
          <div className="actions">
            <Button onClick={() => setAsked(null)}>{t('action.cancel')}</Button>
            <Button look="danger" autoFocus onClick={() => void run(asked)} data-testid="confirm">
              {t(`people.do.${asked}`)}
            </Button>
          </div>
        </div>
      )}
      {error !== null && <ProblemText error={error} />}
    </section>
  )
}
