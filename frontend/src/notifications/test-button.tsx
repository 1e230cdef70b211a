import type { ChannelView, TestResult } from '@osprey/core/api/notifications'
import { useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Loading } from '../ui/states.tsx'
import { useAttempt } from '../ui/use-attempt.ts'

interface TestButtonProps {
  channel: ChannelView
  onTested: () => void
}

/** Sends a test over the channel and shows what its receiver answered. */
export function TestButton({ channel, onTested }: TestButtonProps) {
  const { t } = useText()
  const { request } = useWorkspace()
  const [open, setOpen] = useState(false)
  const [result, setResult] = useState<TestResult | null>(null)
  const { busy, error, attempt } = useAttempt()
  const send = (): void => {
    setOpen(true)
    setResult(null)
    void attempt(async () => {
      const path = `/api/notifications/channels/${encodeURIComponent(channel.id)}/test`
      setResult(await request<TestResult>(path, { method: 'POST' }))
      onTested()
    })
  }
  return (
    <>
      <Button small icon="send" onClick={send} disabled={busy} data-testid="test-channel">
        {t('notifications.test.send')}
      </Button>
      {open && (
        <Dialog title={t('notifications.test.title', { name: channel.name })} onClose={() => setOpen(false)}>
          {busy && <Loading text={t('notifications.test.busy')} />}
          {error !== null && <ProblemText error={error} />}
          {result !== null && (
            <>
              <p
                className={`notice ${result.delivered ? 'positive' : 'negative'}`}
                role="status"
                data-testid={result.delivered ? 'test-delivered' : 'test-failed'}
              >
                <Icon name={result.delivered ? 'check' : 'warning'} size={18} />
                {t(result.delivered ? 'notifications.test.delivered' : 'notifications.test.notDelivered')}
              </p>
              <div>
                <p className="field-label">{t('notifications.test.answer')}</p>
                <p className="notification-code" data-testid="test-answer">
                  {result.detail}
                </p>
              </div>
            </>
          )}
          <div className="actions">
            <Button onClick={() => setOpen(false)} data-testid="test-close">
              {t('action.close')}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
