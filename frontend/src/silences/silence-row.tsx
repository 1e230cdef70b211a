import type { SilenceView } from '@osprey/core/api/alerts'
import { useEffect, useRef } from 'react'
import { FIRING_ALERTS } from '../alerts/alert-search.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'

interface SilenceRowProps {
  silence: SilenceView
  /** What it reaches, in words. */
  reach: string
  /** The one that the address names. */
  current: boolean
  writable: boolean
  onEnd: () => void
  onProlong: () => void
}

export function SilenceRow({ silence, reach, current, writable, onEnd, onProlong }: SilenceRowProps) {
  const { t, format } = useText()
  const now = useNow()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: 'center' })
  }, [current])
  const { state, reason, author, matching, recurring } = silence
  const [starts, ends] = [Date.parse(silence.startsAt), Date.parse(silence.endsAt)]
  const time =
    state === 'active'
      ? t('silences.left', { duration: format.duration(ends - now) })
      : state === 'pending'
        ? t('silences.begins', { duration: format.duration(starts - now) })
        : t('silences.ended', { time: format.dateTime(ends) })
  return (
    <li
      ref={row}
      className="silence-row"
      aria-current={current ? 'true' : undefined}
      data-testid="silence"
      data-silence={silence.id}
      data-state={state}
    >
      <div>
        <p className="row-title">
          <Icon name="silence" size={16} />
          {reason}
        </p>
        <p className="row-note">{reach}</p>
        <p className="row-note number" title={`${format.dateTime(starts)} – ${format.dateTime(ends)}`}>
          {t('silences.by', { name: author })} · {time}
          {silence.endedBy !== null && ` · ${t('silences.endedBy', { name: silence.endedBy })}`}
        </p>
        {state !== 'expired' && (
          <p className="row-note number">
            {format.dateTime(starts)} – {format.dateTime(ends)}
          </p>
        )}
        {recurring?.schedule.map((part) => (
          <p key={`${part.days} ${part.from} ${part.to}`} className="row-note number">
            {t('silences.recurs', {
              days: part.days.map((day) => t(`silences.day.${day as 1}`)).join(', '),
              from: part.from,
              to: part.to,
              zone: recurring.timeZone,
            })}
          </p>
        ))}
      </div>
      <div className="silence-end">
        {state === 'active' && (
          <a
            className="chip number"
            href={formatHash({ page: 'alerts', alert: null, search: { ...FIRING_ALERTS, silenced: 'true' } })}
            data-testid="silence-matching"
          >
            {t('silences.matching', { count: matching, n: format.number(matching) })}
          </a>
        )}
        {writable && state !== 'expired' && (
          <div className="actions">
            <Button small onClick={onProlong}>
              {t('silences.change')}
            </Button>
            <Button small onClick={onEnd} data-testid="end-silence">
              {t('silences.end')}
            </Button>
          </div>
        )}
      </div>
    </li>
  )
}
