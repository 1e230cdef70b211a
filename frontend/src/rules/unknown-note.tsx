import type { RuleView } from '@osprey/core/api/rules'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash, WHOLE_MAP } from '../routing/route.ts'
import { Icon } from '../ui/icons.tsx'

const MOST_NAMED = 10

type Unknown = Pick<RuleView, 'stations' | 'unknown' | 'unknownTotal'>

/** That a rule does not judge at some stations though they report, in one line. */
export function UnknownLine({ rule }: { rule: Unknown }) {
  const words = useWords(rule)
  if (rule.unknownTotal === 0) return null
  return (
    <p className="rule-problem" data-testid="rule-unknown">
      <Icon name="warning" size={14} />
      {words}
    </p>
  )
}

/** The same with the stations, and what can be done. */
export function UnknownNote({ rule }: { rule: Unknown }) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const words = useWords(rule)
  if (rule.unknownTotal === 0) return null
  const named = rule.unknown.slice(0, MOST_NAMED)
  const others = rule.unknownTotal - named.length
  return (
    <div className="notice caution" data-testid="rule-unknown">
      <Icon name="warning" size={18} />
      <div>
        <p>{words}</p>
        <p className="row-note">{t('rules.unknown.explain')}</p>
        <ul className="problem-list">
          {named.map((station) => (
            <li key={station}>
              <a className="link" href={formatHash({ page: 'map', map: { ...WHOLE_MAP, station } })}>
                {stations.recordOf(station)?.name ?? station}
              </a>
            </li>
          ))}
          {others > 0 && <li>{t('rules.unknown.others', { count: others, n: format.number(others) })}</li>}
        </ul>
      </div>
    </div>
  )
}

function useWords({ stations, unknownTotal }: Unknown): string {
  const { t, format } = useText()
  const numbers = { n: format.number(unknownTotal), of: format.number(stations) }
  return t('rules.unknown.at', { count: stations, ...numbers })
}
