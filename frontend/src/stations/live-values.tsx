import type { Medium } from '@osprey/core/properties'
import { QUALITY } from '@osprey/core/quality'
import { useText } from '../i18n/use-text.ts'
import { LEVEL_COLOURS } from '../map/palette.ts'
import { useNow } from '../ui/use-now.ts'
import { type Catalogue, readingLevel } from './catalogue.ts'
import { levelName } from './describe.ts'
import { resultText } from './reading-text.ts'
import type { Latest } from './station-store.ts'

interface LiveValuesProps {
  latest: Latest
  properties: readonly string[]
  medium: Medium
  catalogue: Catalogue
  /** The property whose history is open. */
  shown: string | null
  onShow: (property: string) => void
}

/** The latest value of every property with its age; choosing one opens its history below. */
export function LiveValues({ latest, properties, medium, catalogue, shown, onShow }: LiveValuesProps) {
  const text = useText()
  const { t, format, say } = text
  const now = useNow()
  return (
    <section aria-label={t('panel.values')}>
      <h3 className="visually-hidden">{t('panel.values')}</h3>
      <ul className="values">
        {properties.map((id) => {
          const [value, time, quality] = latest[id] as Latest[string]
          const property = catalogue.get(id)
          const level = readingLevel(id, value, medium)
          return (
            <li key={id}>
              <button
                type="button"
                className="value"
                aria-pressed={id === shown}
                onClick={() => onShow(id)}
                data-testid={`value-${id}`}
              >
                <span className="value-name">
                  {level !== null && (
                    <span
                      className="swatch"
                      style={{ background: LEVEL_COLOURS[level]?.fill }}
                      aria-hidden="true"
                    />
                  )}
                  {property === undefined ? id : say(property.name)}
                </span>
                <span className="value-result number">
                  {resultText(property, value, text)}
                  {property?.symbol && value !== null && (
                    <span className="value-unit"> {property.symbol}</span>
                  )}
                </span>
                <span className="value-note">
                  {level !== null && <span>{levelName(level, id, catalogue, t)} · </span>}
                  <time dateTime={new Date(time).toISOString()} title={format.dateTime(time)}>
                    {format.age(time, now)}
                  </time>
                  {quality !== QUALITY.good && (
                    <span className={`quality quality-${quality}`}> {t(`quality.${quality}`)}</span>
                  )}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
