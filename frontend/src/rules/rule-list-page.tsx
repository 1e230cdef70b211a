import { type RuleView, SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { useMemo, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { ALL_RULES, filterRules, RULE_STATES, type RuleFilter, type RuleState } from './rule-filter.ts'
import { RuleTable } from './rule-table.tsx'

const INTERVAL = 10_000

/** Every rule one may see, with what it does now. */
export function RuleListPage() {
  const { t, language, format } = useText()
  const { routes } = useApp()
  const may = useMay()
  const rules = usePolled<RuleView[]>('/api/rules', INTERVAL)
  const [filter, setFilter] = useState(ALL_RULES)
  const shown = useMemo(() => filterRules(rules.data ?? [], filter, language), [rules.data, filter, language])
  return (
    <PageFrame
      title={t('rules.title')}
      explain={t('rules.explain')}
      testId="rules-page"
      actions={
        <div className="actions">
          <a
            className="button"
            href={formatHash({ page: 'rules', view: 'library', rule: null })}
            data-testid="open-library"
          >
            <Icon name="list" size={18} />
            {t('rules.library.open')}
          </a>
          {may('rules:write') && (
            <Button
              look="primary"
              icon="plus"
              onClick={() => routes.go({ page: 'rules', view: 'new', rule: null })}
              data-testid="new-rule"
            >
              {t('rules.new')}
            </Button>
          )}
        </div>
      }
    >
      {rules.data !== null && rules.data.length > 0 && <FilterBar filter={filter} onChange={setFilter} />}
      <section className="card" aria-label={t('rules.title')}>
        {rules.data === null && rules.failed && <Failed text={t('rules.failed')} onRetry={rules.retry} />}
        {rules.data === null && !rules.failed && <Loading text={t('app.loading')} />}
        {rules.data !== null && (
          <>
            {rules.failed && <Stale />}
            {rules.data.length === 0 ? (
              <NoRules />
            ) : (
              <>
                <p className="card-empty number" role="status" data-testid="rule-count">
                  {shown.length === 0
                    ? t('rules.noneFound')
                    : t('rules.count', { count: shown.length, n: format.number(shown.length) })}
                </p>
                {shown.length > 0 && <RuleTable rules={shown} onChanged={rules.retry} />}
              </>
            )}
          </>
        )}
      </section>
    </PageFrame>
  )
}

function NoRules() {
  const { t } = useText()
  const may = useMay()
  return (
    <div className="state" data-testid="no-rules">
      <Icon name="rule" size={24} />
      <p>{t('rules.empty')}</p>
      {may('rules:write') && (
        <a className="button primary" href={formatHash({ page: 'rules', view: 'library', rule: null })}>
          {t('rules.emptyLibrary')}
        </a>
      )}
    </div>
  )
}

function FilterBar({ filter, onChange }: { filter: RuleFilter; onChange: (filter: RuleFilter) => void }) {
  const { t } = useText()
  return (
    <search className="rule-filter">
      <TextField
        label={t('rules.filter.text')}
        type="search"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        data-testid="rule-search"
      />
      <ChoiceField
        label={t('rules.filter.state')}
        value={filter.state}
        onChange={(state) => onChange({ ...filter, state: state as RuleState | '' })}
      >
        <option value="">{t('rules.filter.any')}</option>
        {RULE_STATES.map((state) => (
          <option key={state} value={state}>
            {t(`rules.filter.${state}`)}
          </option>
        ))}
      </ChoiceField>
      <ChoiceField
        label={t('rules.filter.severity')}
        value={filter.severity}
        onChange={(severity) => onChange({ ...filter, severity: severity as Severity | '' })}
      >
        <option value="">{t('rules.filter.any')}</option>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {t(`alerts.severity.${severity}`)}
          </option>
        ))}
      </ChoiceField>
    </search>
  )
}
