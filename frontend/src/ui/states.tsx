import { useText } from '../i18n/use-text.ts'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'

export function Loading({ text }: { text: string }) {
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      <span>{text}</span>
    </div>
  )
}

export function Empty({ text }: { text: string }) {
  return (
    <div className="state">
      <Icon name="info" size={24} />
      <p>{text}</p>
    </div>
  )
}

export function Failed({ text, onRetry }: { text: string; onRetry: () => void }) {
  const { t } = useText()
  return (
    <div className="state" role="alert">
      <Icon name="warning" size={24} />
      <p>{text}</p>
      <Button icon="retry" small onClick={onRetry}>
        {t('action.retry')}
      </Button>
    </div>
  )
}

/** What is shown could not be read again just now. */
export function Stale() {
  const { t } = useText()
  return (
    <p className="notice caution" role="status">
      <Icon name="warning" size={18} />
      {t('problem.stale')}
    </p>
  )
}
