import type { AccountLinkView } from '@osprey/core/api/people'
import { useState } from 'react'
import { OnceDialog } from '../handover/once-dialog.tsx'
import { useText } from '../i18n/use-text.ts'
import { CopyField } from '../ui/copy-field.tsx'
import { Icon } from '../ui/icons.tsx'

interface LinkShownProps {
  link: AccountLinkView
  name: string
  onDone: () => void
}

/** The one-time link, shown to whoever made it this once. What was mailed need not be copied. */
export function LinkShown({ link, name, onDone }: LinkShownProps) {
  const { t, format } = useText()
  const [taken, setTaken] = useState(link.mailed)
  const take = (): void => setTaken(true)
  return (
    <OnceDialog
      title={link.purpose === 'invitation' ? t('people.invited', { name }) : t('people.link.reset')}
      safe={taken}
      unsaved={t('people.linkUnsaved')}
      onTaken={take}
      onDone={onDone}
    >
      <p className={`notice ${link.mailed ? 'positive' : 'caution'}`} role="status" data-testid="mailed">
        <Icon name={link.mailed ? 'check' : 'info'} size={18} />
        {t(link.mailed ? 'people.mailed' : 'people.notMailed', { name })}
      </p>
      <CopyField
        label={t(`people.link.${link.purpose}`)}
        value={link.url}
        testId="one-time-link"
        onCopied={take}
      />
      <p className="row-note">
        {t('people.linkOnce', { time: format.dateTime(Date.parse(link.expiresAt)) })}
      </p>
    </OnceDialog>
  )
}
