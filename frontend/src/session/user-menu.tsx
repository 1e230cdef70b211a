import { type ReactNode, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { LayersDialog } from '../layers/layers-dialog.tsx'
import { formatHash } from '../routing/route.ts'
import { ImportDialog } from '../stations/import-dialog.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { useObservable } from '../ui/observable.ts'
import { usePhone } from '../ui/use-media.ts'
import { useMay } from './permissions.ts'

interface UserMenuProps {
  /** The account page is open. */
  current: boolean
  children: (close: () => void) => ReactNode
}

/** Who is signed in and what that person may do; `children` come first (the phone's navigation). */
export function UserMenu({ current: atAccount, children }: UserMenuProps) {
  const { t } = useText()
  const may = useMay()
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
            <a
              className="menu-item"
              href={formatHash({ page: 'account' })}
              aria-current={atAccount ? 'page' : undefined}
              onClick={close}
              data-testid="nav-account"
            >
              <Icon name="person" size={18} />
              {t('nav.account')}
            </a>
            {may('stations:write') && (
              <MenuItem icon="upload" text={t('import.open')} onClick={() => choose('import', close)} />
            )}
            {may('reference:write') && (
              <MenuItem icon="layers" text={t('layers.manage')} onClick={() => choose('layers', close)} />
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
