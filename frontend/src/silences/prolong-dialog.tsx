import type { SilenceView } from '@osprey/core/api/alerts'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { fromLocalField, toLocalField } from '../audit/search-form.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'

interface ProlongDialogProps {
  silence: SilenceView
  onSaved: () => void
  onClose: () => void
}

/** Another end, or better words for why. */
export function ProlongDialog({ silence, onSaved, onClose }: ProlongDialogProps) {
  const { t, format } = useText()
  const { request } = useWorkspace()
  const [endsAt, setEndsAt] = useState(silence.endsAt)
  const [reason, setReason] = useState(silence.reason)
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const body = { endsAt, reason: reason.trim() }
    void attempt(async () => {
      await request(`/api/silences/${encodeURIComponent(silence.id)}`, { method: 'PATCH', body })
      onSaved()
    })
  }
  return (
    <Dialog title={t('silences.change')} onClose={onClose}>
      <form className="card-form" onSubmit={submit} data-testid="prolong-form">
        <TextField
          label={t('silences.reason')}
          problem={problems.get('reason')}
          value={reason}
          maxLength={1000}
          required
          onChange={(event) => setReason(event.target.value)}
        />
        <TextField
          label={t('silences.until', { zone: format.zone(Date.now()) })}
          problem={problems.get('endsAt')}
          type="datetime-local"
          required
          value={toLocalField(endsAt)}
          onChange={(event) => setEndsAt(fromLocalField(event.target.value))}
        />
        {isGeneral(error, ['reason', 'endsAt']) && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy || endsAt === '' || reason.trim() === ''}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
