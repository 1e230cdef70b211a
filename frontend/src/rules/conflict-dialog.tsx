import type { RuleView } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { changedAspects } from './compare-definitions.ts'
import { AspectList } from './versions-tab.tsx'

interface ConflictDialogProps {
  /** As it stands at the server now. */
  theirs: RuleView
  /** As it was when this form was opened. */
  base: RuleView
  onTakeTheirs: () => void
  /** Saves what is in the form as a version after theirs. */
  onOverwrite: () => Promise<void>
  onClose: () => void
}

/** Somebody else saved the rule meanwhile: nothing of what is in the form is lost. */
export function ConflictDialog({ theirs, base, onTakeTheirs, onOverwrite, onClose }: ConflictDialogProps) {
  const { t, format, say } = useText()
  const { busy, error, attempt } = useAttempt()
  const changed = changedAspects(base.definition, theirs.definition)
  return (
    <Dialog title={t('rules.conflict.title')} onClose={onClose}>
      <p data-testid="conflict">
        {t('rules.conflict.text', {
          who: theirs.updatedBy,
          time: format.dateTime(Date.parse(theirs.updatedAt)),
          version: format.number(theirs.version),
        })}
      </p>
      <AspectList aspects={changed} />
      <p className="sentence">{say(theirs.sentence)}</p>
      {error !== null && <ProblemText error={error} />}
      <div className="actions">
        <Button onClick={onClose}>{t('rules.conflict.keep')}</Button>
        <Button onClick={onTakeTheirs} data-testid="take-theirs">
          {t('rules.conflict.theirs')}
        </Button>
        <Button
          look="primary"
          disabled={busy}
          onClick={() => void attempt(onOverwrite)}
          data-testid="overwrite"
        >
          {t('rules.conflict.mine')}
        </Button>
      </div>
    </Dialog>
  )
}
