import { useText } from '../i18n/use-text.ts'
import type { StationRecord } from './station-store.ts'

/** What the registry says about a station. */
export function StationFacts({ record }: { record: StationRecord }) {
  const { t, format } = useText()
  const facts: [string, string][] = [
    [t('panel.position'), format.position(record.latitude, record.longitude)],
  ]
  if (record.elevation != null) facts.push([t('panel.elevation'), `${format.number(record.elevation)} m`])
  if (record.site != null) facts.push([t('panel.site'), record.site])
  if (record.class != null) facts.push([t('panel.class'), record.class])
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
      {record.description && <p className="facts-description">{record.description}</p>}
    </>
  )
}
