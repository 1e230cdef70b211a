import { MEDIA } from '@osprey/core/properties'
import { useState } from 'react'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import {
  LEVELS,
  type LevelRange,
  type LevelScale,
  levelRanges,
  levelScheme,
  rangeText,
} from '../stations/level-scheme.ts'
import { IconButton } from '../ui/button.tsx'
import { useObservable } from '../ui/observable.ts'
import { useMedia } from '../ui/use-media.ts'
import { Glyph } from './glyph.tsx'
import { LEVEL_COLOURS } from './palette.ts'

interface LegendProps {
  property: string | null
  /** Whether the shapes are to be explained here: the filters beside the map do so too. */
  shapes: boolean
}

/** What the colours and shapes mean. It never goes away: folded, it still names the property and its averaging. */
export function Legend({ property, shapes }: LegendProps) {
  const { t, say } = useText()
  const roomy = useMedia('(min-width: 1100px) and (min-height: 640px)')
  const [chosen, setOpen] = useState<boolean | null>(null)
  const open = chosen ?? roomy
  const catalogue = useObservable(useWorkspace().catalogue)
  const shown = property === null ? undefined : catalogue.get(property)
  const scale = shown?.levels ?? null
  const title = shown === undefined ? (property ?? t('legend.worst')) : say(shown.name)
  return (
    <section className="legend floating" aria-label={t('legend.label')} data-testid="legend" data-open={open}>
      <header>
        <div>
          <h2>
            {title}
            {shown?.symbol ? <span className="legend-unit"> {shown.symbol}</span> : null}
          </h2>
          <p>
            {scale === null ? t(property === null ? 'legend.each' : 'legend.noScale') : say(scale.averaging)}
          </p>
        </div>
        <IconButton
          icon={open ? 'down' : 'up'}
          look="quiet"
          small
          label={t(open ? 'legend.fold' : 'legend.unfold')}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-testid="legend-toggle"
        />
      </header>
      {!open && <LevelStrip />}
      {open && (
        <>
          {scale !== null && (
            <p className="legend-standard">
              {scale.standard}, {scale.clause}
            </p>
          )}
          {(property === null || scale !== null) && (
            <LevelRows scale={scale} precision={shown?.precision ?? 0} />
          )}
          <Symbols shapes={shapes} />
        </>
      )}
    </section>
  )
}

function LevelStrip() {
  const { t } = useText()
  return (
    <div className="legend-strip">
      <span>{t('legend.best')}</span>
      {LEVELS.map((level) => (
        <Swatch key={level} level={level} />
      ))}
      <span>{t('legend.worstEnd')}</span>
    </div>
  )
}

function LevelRows({ scale, precision }: { scale: LevelScale | null; precision: number }) {
  const { t, format } = useText()
  const scheme = levelScheme(scale)
  const ranges: LevelRange[] =
    scale === null ? LEVELS.map((level) => ({ level, low: null, high: null })) : levelRanges(scale)
  const decimals = Math.max(precision, ...(scale?.bounds ?? []).map(decimalsOf))
  return (
    <ul className="legend-levels">
      {ranges.map((range) => (
        <li key={range.level}>
          <Swatch level={range.level} />
          <span>{t(`level.${scheme}.${range.level}`)}</span>
          {scale !== null && (
            <span className="number">
              {rangeText(range, scale.direction, (value) => format.number(value, decimals)) ||
                t('legend.else')}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

function decimalsOf(value: number): number {
  return String(value).split('.')[1]?.length ?? 0
}

function Swatch({ level }: { level: number }) {
  return <span className="swatch" style={{ background: LEVEL_COLOURS[level]?.fill }} aria-hidden="true" />
}

function Symbols({ shapes }: { shapes: boolean }) {
  const { t } = useText()
  return (
    <>
      <ul className="legend-symbols">
        <li>
          <SeverityShape severity="severe" size={13} />
          {t('alerts.firingMark')}
        </li>
        <li>
          <Glyph medium="air" level={null} exceeding size={13} />
          {t('alert.exceeding')}
        </li>
        <li>
          <Glyph medium="air" level={null} status="silent" size={13} />
          {t('status.silent')}
        </li>
        <li>
          <Glyph medium="air" level={null} status="never" size={13} />
          {t('status.never')}
        </li>
        <li>
          <Glyph medium="air" level={null} size={13} />
          {t('legend.noLevel')}
        </li>
      </ul>
      <p className="legend-note">{t('legend.clusters')}</p>
      {shapes && (
        <ul className="legend-symbols">
          {MEDIA.map((medium) => (
            <li key={medium}>
              <Glyph medium={medium} size={12} />
              {t(`medium.${medium}`)}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
