import { useState } from 'react'
import { OnceDialog } from '../handover/once-dialog.tsx'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-field.tsx'
import { Icon } from '../ui/icons.tsx'
import { saveFile } from '../ui/save-file.ts'
import './account.css'

interface RecoveryCodesProps {
  username: string
  codes: readonly string[]
  onDone: () => void
}

/** The recovery codes, shown this once. */
export function RecoveryCodes({ username, codes, onDone }: RecoveryCodesProps) {
  const { t } = useText()
  const [taken, setTaken] = useState(false)
  const take = (): void => setTaken(true)
  const text = `${codes.join('\n')}\n`
  const save = (): void => {
    saveFile(`osprey-recovery-codes-${username}.txt`, 'text/plain', text)
    take()
  }
  return (
    <OnceDialog
      title={t('secondFactor.recoveryCodes')}
      safe={taken}
      unsaved={t('secondFactor.unsaved')}
      onTaken={take}
      onDone={onDone}
      buttons={
        <>
          <CopyButton text={text} onCopied={take} />
          <Button icon="download" onClick={save}>
            {t('action.download')}
          </Button>
          <Button look="primary" icon="check" onClick={onDone} data-testid="kept">
            {t('secondFactor.kept')}
          </Button>
        </>
      }
    >
      <p className="notice caution" role="status">
        <Icon name="key" size={18} />
        {t('secondFactor.recoveryExplain')}
      </p>
      <ul
        className="recovery-codes mono"
        aria-label={t('secondFactor.recoveryCodes')}
        data-testid="recovery-codes"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </OnceDialog>
  )
}
