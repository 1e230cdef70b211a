import type { AlertView, SilenceView } from '@osprey/core/api/alerts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'
import { FIRING_ALERTS } from './alert-search.ts'
import type { AlertWords } from './use-alert-words.ts'

interface Chip {
  key: string
  icon: IconName
  text: string
  tone?: 'positive' | 'caution'
  /** The full story, with the time. */
  title?: string
  /** Where it leads, if chips lead anywhere. */
  href?: string
}

interface AlertChipsProps {
  alert: AlertView
  words: AlertWords
  /** Whether chips lead to what they name. */
  link?: boolean
}

/** What people and the noise control did with an alert, each in words. */
export function AlertChips({ alert, words, link = false }: AlertChipsProps) {
  const { t, format } = useText()
  const now = useNow()
  const when = (time: string): string => format.dateTime(Date.parse(time))
  const chips: Chip[] = []
  if (alert.state === 'resolved' && alert.resolution !== null) {
    const title = alert.resolvedAt === null ? {} : { title: when(alert.resolvedAt) }
    chips.push({
      key: 'resolved',
      icon: 'check',
      text: t(`alerts.resolution.${alert.resolution}`),
      tone: 'positive',
      ...title,
    })
  }
  if (alert.state === 'pending')
    chips.push({ key: 'pending', icon: 'clock', text: t('alerts.state.pending') })
  if (alert.acknowledgedAt !== null) {
    chips.push({
      key: 'acknowledged',
      icon: 'check',
      text: t('alerts.chip.acknowledged', { name: alert.acknowledgedBy ?? '' }),
      title: when(alert.acknowledgedAt),
    })
  }
  if (alert.assignee !== null)
    chips.push({ key: 'assigned', icon: 'person', text: t('alerts.chip.assigned', { name: alert.assignee }) })
  if (alert.snoozedUntil !== null && Date.parse(alert.snoozedUntil) > now) {
    const until = Date.parse(alert.snoozedUntil)
    chips.push({
      key: 'snoozed',
      icon: 'clock',
      text: t('alerts.chip.snoozed', { duration: format.duration(until - now) }),
      title: format.dateTime(until),
    })
  }
  if (alert.muted) chips.push({ key: 'muted', icon: 'silence', text: t('alerts.chip.muted') })
  if (alert.inhibitedBy !== null) {
    const href = formatHash({ page: 'alerts', alert: alert.inhibitedBy, search: FIRING_ALERTS })
    chips.push({ key: 'inhibited', icon: 'silence', text: t('alerts.chip.inhibited'), href })
  }
  if (alert.flapping)
    chips.push({ key: 'flapping', icon: 'flapping', text: t('alerts.chip.flapping'), tone: 'caution' })
  if (alert.falseAlarm !== null) {
    chips.push({
      key: 'falseAlarm',
      icon: 'close',
      text: t('alerts.chip.falseAlarm'),
      title: `${alert.falseAlarm.by} · ${when(alert.falseAlarm.at)} · ${alert.falseAlarm.reason}`,
    })
  }
  if (alert.comments > 0) {
    const count = t('alerts.chip.comments', { count: alert.comments, n: format.number(alert.comments) })
    chips.push({ key: 'comments', icon: 'comment', text: count })
  }
  if (chips.length === 0 && alert.silencedBy.length === 0) return null
  return (
    <ul className="alert-chips" aria-label={t('alerts.chip.label')}>
      {chips.map(({ key, icon, text, tone = '', title, href }) => (
        <li key={key} className={`chip ${tone}`} title={title} data-chip={key}>
          <Icon name={icon} size={13} />
          {link && href !== undefined ? (
            <a className="chip-link" href={href}>
              {text}
            </a>
          ) : (
            text
          )}
        </li>
      ))}
      {alert.silencedBy.map((silence) => (
        <Silenced key={silence} id={silence} silence={words.silences.get(silence)} link={link} />
      ))}
    </ul>
  )
}

interface SilencedProps {
  id: string
  silence: SilenceView | undefined
  link: boolean
}

/** Silenced by whom; why and until when as its tooltip, and on the page of the silence. */
function Silenced({ id, silence, link }: SilencedProps) {
  const { t, format } = useText()
  const text =
    silence === undefined ? t('alerts.chip.silenced') : t('alerts.chip.silencedBy', { name: silence.author })
  const title =
    silence === undefined ? undefined : `${silence.reason} · ${format.dateTime(Date.parse(silence.endsAt))}`
  return (
    <li className="chip" title={title} data-chip="silenced">
      <Icon name="silence" size={13} />
      {link ? (
        <a className="chip-link" href={formatHash({ page: 'silences', silence: id })}>
          {text}
        </a>
      ) : (
        text
      )}
    </li>
  )
}
