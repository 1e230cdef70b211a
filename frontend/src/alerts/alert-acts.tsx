import type { AlertDetailView } from '@osprey/core/api/alerts'
import { useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { SilenceDialog } from '../silences/silence-dialog.tsx'
import { silenceOfAlert } from '../silences/silence-draft.ts'
import { Button } from '../ui/button.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { ActDialog, type AskedAct } from './act-dialog.tsx'
import type { Act } from './acts.ts'
import { useAct } from './use-act.ts'

interface AlertActsProps {
  alert: AlertDetailView
  onChanged: () => void
}

/** What this person may do with the alert now. */
export function AlertActs({ alert, onChanged }: AlertActsProps) {
  const { t } = useText()
  const may = useMay()
  const acting = useAct()
  const [asking, setAsking] = useState<AskedAct | 'silence' | null>(null)
  const open = alert.state === 'firing'
  const now = (act: Act): void => {
    void acting.act([alert.id], act).then(onChanged)
  }
  const ask = (kind: AskedAct | 'silence') => () => {
    acting.clear()
    setAsking(kind)
  }
  if (alert.state === 'pending' || !(may('alerts:write') || may('silences:write'))) return null
  return (
    <div className="alert-acts" data-testid="alert-acts">
      {may('alerts:write') && (
        <>
          {open && alert.acknowledgedAt === null && (
            <Button
              look="primary"
              icon="check"
              disabled={acting.busy}
              onClick={() => now({ action: 'acknowledge', input: {} })}
              data-testid="acknowledge"
            >
              {t('alerts.act.acknowledge.confirm')}
            </Button>
          )}
          {open && alert.acknowledgedAt !== null && (
            <Button
              disabled={acting.busy}
              onClick={() => now({ action: 'unacknowledge', input: {} })}
              data-testid="unacknowledge"
            >
              {t('alerts.act.unacknowledge.confirm')}
            </Button>
          )}
          <Button icon="person" onClick={ask('assign')} data-testid="assign">
            {t('alerts.act.assign.open')}
          </Button>
          {open && (
            <>
              <Button icon="clock" onClick={ask('snooze')} data-testid="snooze">
                {t('alerts.act.snooze.open')}
              </Button>
              <Button
                icon={alert.muted ? 'bell' : 'silence'}
                disabled={acting.busy}
                title={t('alerts.act.mute.explain')}
                onClick={() => now({ action: 'mute', input: { muted: !alert.muted } })}
                data-testid="mute"
              >
                {t(alert.muted ? 'alerts.act.mute.undo' : 'alerts.act.mute.confirm')}
              </Button>
              <Button icon="check" onClick={ask('resolve')} data-testid="resolve">
                {t('alerts.act.resolve.open')}
              </Button>
            </>
          )}
          {alert.falseAlarm === null ? (
            <Button icon="close" onClick={ask('false-alarm')} data-testid="false-alarm">
              {t('alerts.act.false-alarm.open')}
            </Button>
          ) : (
            <Button
              disabled={acting.busy}
              onClick={() => now({ action: 'false-alarm', input: { falseAlarm: false, reason: '' } })}
              data-testid="not-false-alarm"
            >
              {t('alerts.act.false-alarm.undo')}
            </Button>
          )}
        </>
      )}
      {may('silences:write') && open && (
        <Button icon="silence" onClick={ask('silence')} data-testid="silence-this">
          {t('alerts.act.silence')}
        </Button>
      )}
      {acting.error !== null && asking === null && <ProblemText error={acting.error} />}
      {asking === 'silence' && (
        <SilenceDialog
          draft={silenceOfAlert(alert, Date.now())}
          onSaved={() => {
            setAsking(null)
            onChanged()
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {asking !== null && asking !== 'silence' && (
        <ActDialog
          kind={asking}
          alerts={[alert.id]}
          acting={acting}
          onDone={() => {
            setAsking(null)
            onChanged()
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  )
}
