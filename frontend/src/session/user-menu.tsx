import { type ReactNode, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { LayersDialog } from '../layers/layers-dialog.tsx'
import { ImportDialog } from '../stations/import-dialog.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { useObservable } from '../ui/observable.ts'
import { usePhone } from '../ui/use-media.ts'

/** Who is signed in and what that person may do; `children` come first (the phone's navigation). */
export function UserMenu({ children }: { children: (close: () => void) => ReactNode }) {
  const { t } = useText()
  const { session } = useApp()
  const phone = usePhone()
  const current = useObservable(session.session)
  const [dialog, setDialog] = useState<'import' | 'layers' | null>(null)
  if (current.phase !== 'signed-in') return null
  const { username, role } = current.user
  return (
    <>
      <Menu
        label={t('user.menu')}
        button={(props) => (
          <IconButton
            {...props}
            icon={phone ? 'menu' : 'person'}
            look="quiet"
            label={t('user.menu')}
            data-testid="user-menu"
          />
        )}
      >
        {(close) => (
          <>
            {children(close)}
            <p className="menu-note">
              {username} · {t(`role.${role}`)}
            </p>
            {role === 'administrator' && (
              <>
                <MenuItem icon="upload" text={t('import.open')} onClick={() => choose('import', close)} />
                <MenuItem icon="layers" text={t('layers.manage')} onClick={() => choose('layers', close)} />
              </>
            )}
            <MenuItem icon="leave" text={t('user.signOut')} onClick={() => void session.signOut()} />
          </>
        )}
      </Menu>
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} />}
      {dialog === 'layers' && <LayersDialog onClose={() => setDialog(null)} />}
    </>
  )

  function choose(which: 'import' | 'layers', close: () => void): void {
    close()
    setDialog(which)
  }
}

function MenuItem({
  icon,
  text,
  onClick,
}: {
  icon: 'upload' | 'layers' | 'leave'
  text: string
  onClick: () => void
}) {
  return (
    <button type="button" className="menu-item" onClick={onClick} data-testid={`menu-${icon}`}>
      <Icon name={icon} size={18} />
      {text}
    </button>
  )
}
