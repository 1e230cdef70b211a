import {
  type RuleDefinition,
  type RuleVersionView,
  type RuleView,
  ruleDefinition,
} from '@osprey/core/api/rules'
import { useMemo, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { RequestError } from '../session/request.ts'
import { Button } from '../ui/button.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { BACKTEST_PRESETS, type BacktestPreset, dayRange, presetRange } from './backtest-range.ts'
import { BacktestResults } from './backtest-results.tsx'
import type { Draft } from './rule-form.tsx'
import { type BacktestState, useBacktest } from './use-backtest.ts'

interface BacktestTabProps {
  draft: Draft
  unsaved: boolean
  stored: RuleView | null
  versions: readonly RuleVersionView[]
  /** Version chosen to stand beside; null: none. */
  compared: number | null
  onCompared: (version: number | null) => void
}

/** Runs what is in the form, and another version beside it, over stored readings. */
export function BacktestTab({ draft, unsaved, stored, versions, compared, onCompared }: BacktestTabProps) {
  const { t, format } = useText()
  const { state, start, cancel } = useBacktest()
  const [preset, setPreset] = useState<BacktestPreset | 'days'>('7d')
  const [days, setDays] = useState({ first: '', last: '' })
  const [base, setBase] = useState<number | 'form'>('form')
  const right = useMemo(() => ruleDefinition.safeParse(draft.definition).success, [draft.definition])
  const range = preset === 'days' ? dayRange(days.first, days.last) : presetRange(preset, Date.now())
  const nameOf = (version: number | 'form'): string => {
    if (version !== 'form') return t('rules.versions.number', { n: format.number(version) })
    return t(stored === null || unsaved ? 'rules.backtest.form' : 'rules.backtest.formStored')
  }
  const definitionOf = (version: number | 'form'): RuleDefinition | undefined =>
    version === 'form' ? draft.definition : versions.find((each) => each.version === version)?.definition
  const run = (): void => {
    const first = definitionOf(base)
    const second = compared === null ? undefined : definitionOf(compared)
    if (range === null || first === undefined) return
    // The older one stands first, so that the difference says what the change does.
    const definitions = second === undefined ? [first] : [second, first]
    const names = second === undefined ? [nameOf(base)] : [nameOf(compared as number), nameOf(base)]
    start({ jurisdiction: draft.jurisdiction, definitions, ...range }, names)
  }
  const others = versions.filter(({ version }) => version !== base)
  return (
    <div className="form-stack">
      <section className="card backtest-setup" aria-label={t('rules.backtest.setup')}>
        <p>{t('rules.backtest.explain')}</p>
        <div className="backtest-range">
          <Segmented
            label={t('rules.backtest.range')}
            options={[
              ...BACKTEST_PRESETS.map((value) => ({ value, text: t(`rules.backtest.preset.${value}`) })),
              { value: 'days' as const, text: t('rules.backtest.preset.days') },
            ]}
            value={preset}
            onChange={setPreset}
          />
          {preset === 'days' && (
            <div className="form-grid">
              <TextField
                label={t('rules.backtest.first')}
                type="date"
                value={days.first}
                onChange={(event) => setDays({ ...days, first: event.target.value })}
                data-testid="backtest-first"
              />
              <TextField
                label={t('rules.backtest.last')}
                type="date"
                value={days.last}
                onChange={(event) => setDays({ ...days, last: event.target.value })}
                data-testid="backtest-last"
              />
            </div>
          )}
        </div>
        {versions.length > 0 && (
          <div className="form-grid">
            <ChoiceField
              label={t('rules.backtest.which')}
              value={String(base)}
              onChange={(chosen) => {
                const next = chosen === 'form' ? 'form' : Number(chosen)
                setBase(next)
                if (next === compared) onCompared(null)
              }}
            >
              <option value="form">{nameOf('form')}</option>
              {versions.map(({ version }) => (
                <option key={version} value={version}>
                  {nameOf(version)}
                </option>
              ))}
            </ChoiceField>
            <ChoiceField
              label={t('rules.backtest.beside')}
              value={compared === null ? '' : String(compared)}
              onChange={(chosen) => onCompared(chosen === '' ? null : Number(chosen))}
              testId="backtest-beside"
            >
              <option value="">{t('rules.backtest.nothingBeside')}</option>
              {others.map(({ version }) => (
                <option key={version} value={version}>
                  {nameOf(version)}
                </option>
              ))}
            </ChoiceField>
          </div>
        )}
        {!right && base === 'form' && <p className="notice caution">{t('rules.backtest.incomplete')}</p>}
        <div className="actions">
          {state.phase === 'running' ? (
            <Button onClick={cancel} data-testid="backtest-cancel">
              {t('action.cancel')}
            </Button>
          ) : (
            <Button
              look="primary"
              icon="chart"
              disabled={range === null || (!right && base === 'form')}
              onClick={run}
              data-testid="backtest-start"
            >
              {t('rules.backtest.start')}
            </Button>
          )}
        </div>
        <Progress state={state} />
      </section>
      {state.phase === 'done' && (
        <BacktestResults
          results={state.results}
          names={state.names}
          input={state.input}
          tookMs={state.tookMs}
        />
      )}
    </div>
  )
}

/** Progress in figures and for screen readers; what went wrong, in words. */
function Progress({ state }: { state: BacktestState }) {
  const { t, format } = useText()
  if (state.phase === 'running') {
    const share = state.total === 0 ? null : state.done / state.total
    return (
      <div className="backtest-progress">
        <progress
          aria-label={t('rules.backtest.progress')}
          {...(share === null ? {} : { value: state.done, max: state.total })}
        />
        <p className="row-note number" aria-live="off">
          {t('rules.backtest.sofar', {
            share: format.percent(share ?? 0),
            n: format.number(state.observations),
          })}
        </p>
        <Milestones share={share ?? 0} />
      </div>
    )
  }
  if (state.phase === 'cancelled') {
    return (
      <p className="row-note" role="status">
        {t('rules.backtest.cancelled')}
      </p>
    )
  }
  if (state.phase !== 'failed') return null
  if (state.error instanceof RequestError && state.error.status === 429) {
    return (
      <p className="notice caution" role="alert">
        {t('rules.backtest.busy')}
      </p>
    )
  }
  return <ProblemText error={state.error} />
}

/** Said every quarter, not with every line. */
function Milestones({ share }: { share: number }) {
  const { t, format } = useText()
  const quarter = Math.floor(share * 4) / 4
  return (
    <span className="visually-hidden" role="status">
      {t('rules.backtest.running', { share: format.percent(quarter) })}
    </span>
  )
}
