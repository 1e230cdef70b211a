import type { SessionView, TokenCreated, TokenInput } from '@osprey/core/api/people'
import type { Permission } from '@osprey/core/permissions'
import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { FieldProblem, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { CurrentPasswordField } from './current-password-field.tsx'
import { kindOf, scopeGroups } from './scopes.ts'
import { TOKENS_PATH } from './tokens-section.tsx'

const FIELDS = ['name', 'scopes', 'expiresInDays', 'current']
const USUAL_DAYS = 90

interface TokenDialogProps {
  user: SessionView['user']
  permissions: ReadonlySet<Permission>
  onCreated: () => void
  onClose: () => void
}

/** Asks for what a token needs; the token itself is shown over whatever page comes next. */
export function TokenDialog({ user, permissions, onCreated, onClose }: TokenDialogProps) {
  const { t } = useText()
  const { request } = useApp()
  const handOver = useHandOver()
  const [scopes, setScopes] = useState<ReadonlySet<Permission>>(new Set())
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const body: TokenInput = {
      name: String(fields.get('name')).trim(),
      scopes: [...scopes],
      expiresInDays: Number(fields.get('days')),
      ...(user.hasPassword && { current: String(fields.get('current')) }),
    }
    void attempt(async () => {
      const token = await request<TokenCreated>(TOKENS_PATH, { method: 'POST', body })
      handOver({ kind: 'token', token })
      onCreated()
      onClose()
    })
  }
  return (
    <Dialog title={t('tokens.create')} onClose={onClose}>
      <form className="card-form" onSubmit={submit} data-testid="token-form">
        <TextField
          label={t('tokens.name')}
          hint={t('tokens.nameHint')}
          problem={problems.get('name')}
          name="name"
          autoComplete="off"
          maxLength={100}
          required
        />
        <TextField
          label={t('tokens.days')}
          hint={t('tokens.daysHint')}
          problem={problems.get('expiresInDays')}
          name="days"
          type="number"
          inputMode="numeric"
          min={1}
          max={366}
          defaultValue={USUAL_DAYS}
          required
        />
        <ScopeChoice
          own={permissions}
          chosen={scopes}
          onChange={setScopes}
          problem={problems.get('scopes')}
        />
        {user.hasPassword && (
          <CurrentPasswordField username={user.username} wrong={problems.has('current')} />
        )}
        {isGeneral(error, FIELDS) && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy || scopes.size === 0}>
            {t('tokens.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ScopeChoiceProps {
  own: ReadonlySet<Permission>
  chosen: ReadonlySet<Permission>
  onChange: (scopes: ReadonlySet<Permission>) => void
  problem: string | undefined
}

function ScopeChoice({ own, chosen, onChange, problem }: ScopeChoiceProps) {
  const { t } = useText()
  const toggle = (scope: Permission): void => {
    const next = new Set(chosen)
    if (!next.delete(scope)) next.add(scope)
    onChange(next)
  }
  return (
    <fieldset className="scopes">
      <legend className="field-label">{t('tokens.scopes')}</legend>
      {scopeGroups(own).map(({ area, scopes }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset inside a fieldset reads out both legends every time
        <div key={area} className="scope-group" role="group" aria-label={t(`area.${area}`)}>
          <span>{t(`area.${area}`)}</span>
          {scopes.map((scope) => (
            <label key={scope} className="option">
              <input
                type="checkbox"
                value={scope}
                checked={chosen.has(scope)}
                onChange={() => toggle(scope)}
              />
              {t(`scope.${kindOf(scope)}`)}
            </label>
          ))}
        </div>
      ))}
      {problem !== undefined && <FieldProblem text={problem} />}
    </fieldset>
  )
}
