import type { RuleView } from '@osprey/core/api/rules'
import { useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { Icon } from '../ui/icons.tsx'
import { usePhone } from '../ui/use-media.ts'
import { ActivationDialog } from './activation-dialog.tsx'
import { SeverityLabel } from './severity-label.tsx'
import { UnknownLine } from './unknown-note.tsx'

interface RuleTableProps {
  rules: readonly RuleView[]
  onChanged: () => void
}

/** On a phone each rule is a block of its own; the columns become lines in it. */
export function RuleTable({ rules, onChanged }: RuleTableProps) {
  const { t, format, say } = useText()
  const phone = usePhone()
  const [asked, setAsked] = useState<RuleView | null>(null)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label={t('rules.title')}>
        <table className="table rule-table" data-testid="rules">
          <thead>
            <tr>
              <th scope="col">{t('rules.column.rule')}</th>
              {!phone && <th scope="col">{t('rules.column.severity')}</th>}
              {!phone && (
                <th scope="col" className="numeric">
                  {t('rules.column.stations')}
                </th>
              )}
              {!phone && <th scope="col">{t('rules.column.now')}</th>}
              {!phone && <th scope="col">{t('rules.column.precision')}</th>}
              <th scope="col">{t('rules.column.active')}</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => (
              <tr key={rule.id} data-testid={`rule-${rule.id}`}>
                <td>
                  <a
                    className="link rule-name"
                    href={formatHash({ page: 'rules', view: 'edit', rule: rule.id })}
                  >
                    {rule.definition.name}
                  </a>
                  <p className="row-note rule-sentence">{say(rule.sentence)}</p>
                  {phone && (
                    <div className="rule-facts">
                      <SeverityLabel severity={rule.definition.severity} />
                      <span className="number">
                        {t('rules.reached', { count: rule.stations, n: format.number(rule.stations) })}
                      </span>
                      <Now rule={rule} />
                      <Precision rule={rule} />
                    </div>
                  )}
                  {rule.problems.length > 0 && (
                    <p className="rule-problem" title={rule.problems.map(say).join('\n')}>
                      <Icon name="warning" size={14} />
                      {t('rules.problems', {
                        count: rule.problems.length,
                        n: format.number(rule.problems.length),
                      })}
                    </p>
                  )}
                  <UnknownLine rule={rule} />
                </td>
                {!phone && (
                  <td>
                    <SeverityLabel severity={rule.definition.severity} />
                  </td>
                )}
                {!phone && <td className="numeric">{format.number(rule.stations)}</td>}
                {!phone && (
                  <td className="rule-now">
                    <Now rule={rule} />
                  </td>
                )}
                {!phone && (
                  <td>
                    <Precision rule={rule} />
                  </td>
                )}
                <td>
                  <ActiveSwitch rule={rule} onAsk={() => setAsked(rule)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {asked !== null && (
        <ActivationDialog rule={asked} onChanged={onChanged} onClose={() => setAsked(null)} />
      )}
    </>
  )
}

export function ActiveSwitch({ rule, onAsk }: { rule: RuleView; onAsk: () => void }) {
  const { t } = useText()
  const may = useMay()
  if (!may('rules:write')) {
    return (
      <span className={rule.active ? 'chip positive' : 'chip'}>
        {t(rule.active ? 'rules.active' : 'rules.inactive')}
      </span>
    )
  }
  return (
    <button
      type="button"
      role="switch"
      aria-checked={rule.active}
      aria-label={t('rules.switch', { name: rule.definition.name })}
      className="switch"
      onClick={onAsk}
      data-testid={`switch-${rule.id}`}
    >
      <span className="switch-knob" aria-hidden="true" />
      <span>{t(rule.active ? 'rules.active' : 'rules.inactive')}</span>
    </button>
  )
}

function Now({ rule }: { rule: RuleView }) {
  const { t, format } = useText()
  if (!rule.active) return <span className="row-note">–</span>
  if (rule.firing + rule.pending === 0) return <span className="row-note">{t('rules.quiet')}</span>
  return (
    <span className="chips">
      {rule.firing > 0 && (
        <span className="chip negative">
          {t('rules.firing', { count: rule.firing, n: format.number(rule.firing) })}
        </span>
      )}
      {rule.pending > 0 && (
        <span className="chip caution">
          {t('rules.pending', { count: rule.pending, n: format.number(rule.pending) })}
        </span>
      )}
    </span>
  )
}

/** How many of the judged alerts were right; without any judged there is nothing to say. */
export function Precision({ rule: { precision } }: { rule: RuleView }) {
  const { t, format } = useText()
  if (precision.precision === null || precision.judged === 0) {
    return <span className="row-note">{t('rules.precision.none')}</span>
  }
  return (
    <span className="number" title={t('rules.precision.explain')}>
      {t('rules.precision.of', {
        share: format.percent(precision.precision),
        count: precision.judged,
        n: format.number(precision.judged),
      })}
    </span>
  )
}
