import { AUDIT_ACTIONS } from '@osprey/core/api/audit'
import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { type AuditSearch, WHOLE_AUDIT } from '../routing/route.ts'
import { Button } from '../ui/button.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { actionGroups, fromLocalField, searchQuery, toLocalField } from './search-form.ts'

const GROUPS = actionGroups(AUDIT_ACTIONS)

/** Narrows the log; the search stands in the address, so that it can be shared and gone back from. */
export function SearchForm({ search }: { search: AuditSearch }) {
  const { t, format } = useText()
  const { routes } = useApp()
  const [wanted, setWanted] = useState(search)
  const change = (part: Partial<AuditSearch>): void => setWanted({ ...wanted, ...part })
  const zone = format.zone(Date.now())
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    routes.go({ page: 'audit', search: wanted })
  }
  return (
    <search className="card">
      <form className="audit-search" onSubmit={submit} data-testid="audit-search">
        <TextField
          label={t('audit.from', { zone })}
          type="datetime-local"
          value={toLocalField(wanted.from)}
          onChange={(event) => change({ from: fromLocalField(event.target.value) })}
        />
        <TextField
          label={t('audit.to', { zone })}
          type="datetime-local"
          value={toLocalField(wanted.to)}
          onChange={(event) => change({ to: fromLocalField(event.target.value) })}
        />
        <TextField
          label={t('audit.actor')}
          value={wanted.actor}
          maxLength={128}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => change({ actor: event.target.value })}
          data-testid="audit-actor"
        />
        <ChoiceField
          label={t('audit.actionLabel')}
          value={wanted.action}
          onChange={(action) => change({ action })}
          testId="audit-action"
        >
          <option value="">{t('audit.anyAction')}</option>
          {GROUPS.map(({ group, actions }) => (
            <optgroup key={group} label={t(`audit.group.${group}` as 'audit.group.session')}>
              <option value={group}>
                {t('audit.wholeGroup', { group: t(`audit.group.${group}` as 'audit.group.session') })}
              </option>
              {actions.map((action) => (
                <option key={action} value={action}>
                  {t(`audit.action.${action}`)}
                </option>
              ))}
            </optgroup>
          ))}
        </ChoiceField>
        <TextField
          label={t('audit.object')}
          value={wanted.object}
          maxLength={256}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => change({ object: event.target.value })}
          data-testid="audit-object"
        />
        <TextField
          label={t('audit.text')}
          type="search"
          value={wanted.text}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => change({ text: event.target.value })}
          data-testid="audit-text"
        />
        <div className="actions">
          {searchQuery(search) !== '' && (
            <Button
              onClick={() => routes.go({ page: 'audit', search: WHOLE_AUDIT })}
              data-testid="audit-clear"
            >
              {t('audit.clear')}
            </Button>
          )}
          <Button type="submit" look="primary" icon="search" data-testid="audit-find">
            {t('audit.find')}
          </Button>
        </div>
      </form>
    </search>
  )
}
