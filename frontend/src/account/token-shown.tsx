import type { TokenCreated } from '@osprey/core/api/people'
import { useState } from 'react'
import { OnceDialog } from '../handover/once-dialog.tsx'
import { useText } from '../i18n/use-text.ts'
import { CopyField } from '../ui/copy-field.tsx'
import { Icon } from '../ui/icons.tsx'

interface TokenShownProps {
  token: TokenCreated
  onDone: () => void
}

/** A new API token, shown this once. */
export function TokenShown({ token, onDone }: TokenShownProps) {
  const { t } = useText()
  const [taken, setTaken] = useState(false)
  const take = (): void => setTaken(true)
  return (
    <OnceDialog
      title={t('tokens.created')}
      safe={taken}
      unsaved={t('tokens.unsaved')}
      onTaken={take}
      onDone={onDone}
    >
      <p className="notice caution" role="status">
        <Icon name="key" size={18} />
        {t('tokens.shownOnce')}
      </p>
      <CopyField label={token.name} value={token.token} testId="token-value" onCopied={take} />
    </OnceDialog>
  )
}
