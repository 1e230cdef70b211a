import { useState } from 'react'
import { OnceDialog } from '../handover/once-dialog.tsx'
import { useText } from '../i18n/use-text.ts'
import { CopyField } from '../ui/copy-field.tsx'

interface SigningSecretProps {
  channel: string
  secret: string
  onDone: () => void
}

/** The secret that signs what a webhook is sent, shown to whoever made it this once. */
export function SigningSecret({ channel, secret, onDone }: SigningSecretProps) {
  const { t } = useText()
  const [taken, setTaken] = useState(false)
  const take = (): void => setTaken(true)
  return (
    <OnceDialog
      title={t('notifications.secret.title', { name: channel })}
      safe={taken}
      unsaved={t('notifications.secret.unsaved')}
      onTaken={take}
      onDone={onDone}
    >
      <p>{t('notifications.secret.explain')}</p>
      <CopyField
        label={t('notifications.secret.label')}
        value={secret}
        testId="signing-secret"
        onCopied={take}
      />
      <p className="row-note">{t('notifications.secret.check')}</p>
      <code className="notification-code">
        Osprey-Signature: t=1789000000,v1=hex(HMAC-SHA256(secret, t.body))
      </code>
    </OnceDialog>
  )
}
