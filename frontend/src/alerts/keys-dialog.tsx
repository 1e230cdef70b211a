import { useText } from '../i18n/use-text.ts'
import { Dialog } from '../ui/dialog.tsx'
import { INBOX_KEYS, SHOWN_KEYS } from './keys.ts'

interface KeysDialogProps {
  single: boolean
  onSingle: (on: boolean) => void
  onClose: () => void
}

/** What the keyboard does, and the switch for keys of one character. */
export function KeysDialog({ single, onSingle, onClose }: KeysDialogProps) {
  const { t } = useText()
  return (
    <Dialog title={t('alerts.keys.title')} onClose={onClose}>
      <dl className="key-list" data-testid="keys">
        {INBOX_KEYS.map((command) => (
          <div key={command}>
            <dt>
              {SHOWN_KEYS[command].map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`alerts.keys.${command}`)}</dd>
          </div>
        ))}
      </dl>
      <label className="option">
        <input type="checkbox" checked={single} onChange={(event) => onSingle(event.target.checked)} />
        {t('alerts.keys.single')}
      </label>
    </Dialog>
  )
}
