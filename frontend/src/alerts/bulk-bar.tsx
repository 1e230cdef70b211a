import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import type { AskedAct } from './act-dialog.tsx'
import type { Act } from './acts.ts'

interface BulkBarProps {
  count: number
  busy: boolean
  onAct: (act: Act) => void
  onAsk: (kind: AskedAct) => void
  onClear: () => void
}

const ASKED = ['assign', 'comment', 'snooze', 'resolve', 'false-alarm'] as const

/** What can be done with the alerts that are selected. */
export function BulkBar({ count, busy, onAct, onAsk, onClear }: BulkBarProps) {
  const { t, format } = useText()
  return (
    <section className="bulk-bar" aria-label={t('alerts.bulk.label')} data-testid="bulk-bar">
      <p className="number" role="status">
        {t('alerts.bulk.selected', { count, n: format.number(count) })}
      </p>
      <div className="bulk-acts">
        <Button
          small
          look="primary"
          icon="check"
          disabled={busy}
          onClick={() => onAct({ action: 'acknowledge', input: {} })}
          data-testid="bulk-acknowledge"
        >
          {t('alerts.act.acknowledge.confirm')}
        </Button>
        {ASKED.map((kind) => (
          <Button key={kind} small disabled={busy} onClick={() => onAsk(kind)} data-testid={`bulk-${kind}`}>
            {t(`alerts.act.${kind}.open`)}
          </Button>
        ))}
        <Button small disabled={busy} onClick={() => onAct({ action: 'mute', input: { muted: true } })}>
          {t('alerts.act.mute.confirm')}
        </Button>
        <Button small look="quiet" icon="close" onClick={onClear} data-testid="bulk-clear">
          {t('alerts.bulk.clear')}
        </Button>
      </div>
    </section>
  )
}
