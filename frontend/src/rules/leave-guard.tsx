import { useEffect } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { useObservable } from '../ui/observable.ts'

/** Asks before a page with unsaved changes is left, by a link, the back button or the window's own. */
export function LeaveGuard({ unsaved, text }: { unsaved: boolean; text?: string }) {
  const { t } = useText()
  const { routes } = useApp()
  const held = useObservable(routes.held)
  useEffect(() => {
    if (!unsaved) return
    const here = formatHash(routes.route.get())
    const end = routes.guard((next) => formatHash(next) === here)
    const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', onUnload)
    return () => {
      end()
      window.removeEventListener('beforeunload', onUnload)
    }
  }, [unsaved, routes])
  if (held === null) return null
  return (
    <Dialog title={t('rules.leave.title')} onClose={() => routes.release(false)}>
      <p>{text ?? t('rules.leave.text')}</p>
      <div className="actions">
        <Button look="danger" onClick={() => routes.release(true)} data-testid="leave">
          {t('rules.leave.leave')}
        </Button>
        <Button look="primary" autoFocus onClick={() => routes.release(false)} data-testid="stay">
          {t('rules.leave.stay')}
        </Button>
      </div>
    </Dialog>
  )
}
