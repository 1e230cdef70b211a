import { useApp, useWorkspace } from './app-state.ts'
import { useText } from './i18n/use-text.ts'
import { ConnectionPill } from './live/connection-pill.tsx'
import { formatHash, type Route } from './map/url-state.ts'
import { LanguageChoice, ThemeOptions } from './session/appearance.tsx'
import { UserMenu } from './session/user-menu.tsx'
import { SearchBox } from './stations/search-box.tsx'
import { IconButton } from './ui/button.tsx'
import { Icon } from './ui/icons.tsx'
import { useObservable } from './ui/observable.ts'
import { THEME_CHOICES, type ThemeChoice } from './ui/theme.ts'
import { usePhone } from './ui/use-media.ts'

const THEME_ICON = { system: 'screen', light: 'sun', dark: 'moon' } as const

export function TopBar({ route }: { route: Route }) {
  const { t } = useText()
  const phone = usePhone()
  const { live } = useWorkspace()
  return (
    <header className="topbar">
      <div className="brand">
        <img src="/osprey.svg" alt="" width="28" height="28" />
        <span className={phone ? 'visually-hidden' : 'brand-name'}>{t('app.name')}</span>
      </div>
      {!phone && (
        <nav className="topbar-nav" aria-label={t('nav.label')}>
          <PageLinks route={route} />
        </nav>
      )}
      <SearchBox />
      <div className="topbar-end">
        <ConnectionPill live={live} compact={phone} />
        {!phone && <LanguageChoice />}
        {!phone && <ThemeButton />}
        <UserMenu>
          {(close) =>
            phone && (
              <>
                <PageLinks route={route} className="menu-item" onFollow={close} />
                <hr />
                <div className="menu-choices">
                  <LanguageChoice />
                  <ThemeOptions />
                </div>
              </>
            )
          }
        </UserMenu>
      </div>
    </header>
  )
}

interface PageLinksProps {
  route: Route
  className?: string
  onFollow?: () => void
}

function PageLinks({ route, className = 'page-link', onFollow }: PageLinksProps) {
  const { t } = useText()
  const { routes } = useApp()
  const ledger: Route = { page: 'ledger', device: null }
  return (
    <>
      <a
        className={className}
        href={routes.mapHash}
        aria-current={route.page === 'map' ? 'page' : undefined}
        onClick={onFollow}
        data-testid="nav-map"
      >
        <Icon name="map" size={18} />
        {t('nav.map')}
      </a>
      <a
        className={className}
        href={formatHash(ledger)}
        aria-current={route.page === 'ledger' ? 'page' : undefined}
        onClick={onFollow}
        data-testid="nav-ledger"
      >
        <Icon name="ledger" size={18} />
        {t('nav.ledger')}
      </a>
    </>
  )
}

function ThemeButton() {
  const { t } = useText()
  const { theme } = useApp()
  const choice = useObservable(theme.choice)
  const next = THEME_CHOICES[(THEME_CHOICES.indexOf(choice) + 1) % THEME_CHOICES.length] as ThemeChoice
  return (
    <IconButton
      icon={THEME_ICON[choice]}
      look="quiet"
      label={t('appearance.themeIs', { theme: t(`appearance.${choice}`) })}
      onClick={() => theme.choose(next)}
      data-testid="theme"
    />
  )
}
