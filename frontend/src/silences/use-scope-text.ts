import type { SilenceView } from '@osprey/core/api/alerts'
import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import type { RuleView } from '@osprey/core/api/rules'
import type { AlertWords } from '../alerts/use-alert-words.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'

const INTERVAL = 120_000
/** More names than these are only counted. */
const MOST = 4

export type Reach = Pick<SilenceView, 'scope' | 'rules' | 'severities' | 'jurisdiction'>

/** What a silence reaches, in words. */
export function useScopeText(words: AlertWords): (reach: Reach) => string {
  const { t, format } = useText()
  const may = useMay()
  const rules = usePolled<RuleView[]>(may('rules:read') ? '/api/rules' : null, INTERVAL)
  const areas = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  const ruleNames = new Map(rules.data?.map(({ id, definition }) => [id, definition.name]))
  const areaNames = new Map(areas.data?.map(({ id, name }) => [id, name]))
  const listed = (names: readonly string[]): string => {
    const rest = names.length - MOST
    const shown = names.slice(0, MOST).join(', ')
    return rest > 0 ? t('silences.andMore', { names: shown, count: rest, n: format.number(rest) }) : shown
  }
  return ({ scope, rules: reached, severities, jurisdiction }) => {
    const parts: string[] = []
    const stationName = (station: string): string => words.placeOf({ station, other: null, site: null })
    const siteName = (site: string): string => words.sites.get(site) ?? site
    if (reached !== null) parts.push(listed(reached.map((id) => ruleNames.get(id) ?? id)))
    if (scope.stations !== null) parts.push(listed(scope.stations.map(stationName)))
    if (scope.sites !== null) parts.push(listed(scope.sites.map(siteName)))
    if (scope.media !== null) parts.push(listed(scope.media.map((medium) => t(`medium.${medium}`))))
    if (scope.classes !== null) parts.push(listed(scope.classes))
    if (scope.tags !== null) {
      parts.push(listed(scope.tags.map(({ name, value }) => (value === null ? name : `${name} = ${value}`))))
    }
    const within = [...(scope.jurisdictions ?? []), ...(jurisdiction === null ? [] : [jurisdiction])]
    if (within.length > 0) parts.push(listed(within.map((id) => areaNames.get(id) ?? id)))
    if (severities !== null)
      parts.push(listed(severities.map((severity) => t(`alerts.severity.${severity}`))))
    return parts.length === 0 ? t('silences.all') : parts.join(' · ')
  }
}
