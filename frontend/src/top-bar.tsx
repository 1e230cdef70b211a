import { AlertBadge, AlertShortcut } from './alerts/alert-badge.tsx'
import { useApp, useWorkspace } from './app-state.ts'
import { useText } from './i18n/use-text.ts'
import { ConnectionPill } from './live/connection-pill.tsx'
import { Bell } from './notifications/bell.tsx'
import { mayVisit } from './routing/pages.ts'
import { formatHash, parseHash, type Route } from './routing/route.ts'
import { LanguageChoice, ThemeOptions } from './session/appearance.tsx'
import { usePermissions } from './session/permissions.ts'
import { UserMenu } from './session/user-menu.tsx'
import { SearchBox } from './stations/search-box.tsx'
import { IconButton } from './ui/button.tsx'
import { Icon, type IconName } from './ui/icons.tsx'
import { Menu } from './ui/menu.tsx'
import { useObservable } from './ui/observable.ts'
import { THEME_CHOICES, type ThemeChoice } from './ui/theme.ts'
import { useBroadBar, usePhone } from './ui/use-media.ts'

const THEME_ICON = { system: 'screen', light: 'sun', dark: 'moon' } as const

/** The pages of the bar in their order; the first ones stay in it when there is little room. */
const PAGES = [
  'map',
  'alerts',
  'devices',
  'rules',
  'notifications',
  'ledger',
  'people',
  'jurisdictions',
  'audit',
] as const
type BarPage = (typeof PAGES)[number]
const ALWAYS_SHOWN = 3

const PAGE_ICON: Readonly<Record<BarPage, IconName>> = {
  map: 'map',
  alerts: 'alert',
  devices: 'device',
  rules: 'rule',
  notifications: 'send',
  ledger: 'ledger',
  people: 'people',
  jurisdictions: 'area',
  audit: 'audit',
}

/** Brand, pages, search and what belongs to the person; on a phone the pages are in the menu. */
export function TopBar({ route }: { route: Route }) {
  const { t } = useText()
  const phone = usePhone()
  const broad = useBroadBar()
  const permissions = usePermissions()
  const { live } = useWorkspace()
  const pages = PAGES.filter((page) => mayVisit(page, permissions))
  return (
    <header className="topbar">
      <div className="brand">
        <img src="/osprey.svg" alt="" width="28" height="28" />
        <span className={phone ? 'visually-hidden' : 'brand-name'}>{t('app.name')}</span>
      </div>
      {!phone && (
        <nav className="topbar-nav" aria-label={t('nav.label')}>
          <PageLinks route={route} pages={broad ? pages : pages.slice(0, ALWAYS_SHOWN)} />
          {!broad && pages.length > ALWAYS_SHOWN && (
            <MorePages route={route} pages={pages.slice(ALWAYS_SHOWN)} />
          )}
        </nav>
      )}
      <SearchBox />
      <div className="topbar-end">
        {phone && pages.includes('alerts') && <AlertShortcut current={pageOfBar(route) === 'alerts'} />}
        <ConnectionPill live={live} compact={phone} />
        <Bell />
        {broad && <LanguageChoice />}
        {broad && <ThemeButton />}
        <UserMenu current={route.page === 'account'}>
          {(close) => (
            <>
              {phone && (
                <nav aria-label={t('nav.label')} className="menu-pages">
                  <PageLinks route={route} pages={pages} className="menu-item" onFollow={close} />
                </nav>
              )}
              {phone && <hr />}
              {!broad && (
                <>
                  <div className="menu-choices">
                    <LanguageChoice />
                    <ThemeOptions />
                  </div>
                  <hr />
                </>
              )}
            </>
          )}
        </UserMenu>
      </div>
    </header>
  )
}

interface PageLinksProps {
  route: Route
  pages: readonly BarPage[]
  className?: string
  onFollow?: () => void
}

function PageLinks({ route, pages, className = 'page-link', onFollow }: PageLinksProps) {
  const { t } = useText()
  const { routes } = useApp()
  return pages.map((page) => (
    <a
      key={page}
      className={className}
      href={page === 'map' ? routes.mapHash : formatHash(parseHash(`#/${page}`))}
      aria-current={pageOfBar(route) === page ? 'page' : undefined}
      onClick={onFollow}
      data-testid={`nav-${page}`}
    >
      <Icon name={PAGE_ICON[page]} size={18} />
      {t(`nav.${page}`)}
      {page === 'alerts' && <AlertBadge />}
    </a>
  ))
}

/** Silences are reached from the alerts. */
function pageOfBar({ page }: Route): Route['page'] {
  return page === 'silences' ? 'alerts' : page
}

/** The pages that do not fit; its button is named after the page when one of them is open. */
function MorePages({ route, pages }: { route: Route; pages: readonly BarPage[] }) {
  const { t } = useText()
  const open = pages.find((page) => page === pageOfBar(route))
  return (
    <Menu
      label={t('nav.more')}
      button={(props) => (
        <button
          {...props}
          type="button"
          className="page-link more-pages"
          aria-current={open === undefined ? undefined : 'page'}
          aria-label={open === undefined ? undefined : `${t(`nav.${open}`)}, ${t('nav.more')}`}
          data-testid="nav-more"
        >
          {t(open === undefined ? 'nav.more' : `nav.${open}`)}
          <Icon name="down" size={16} />
        </button>
      )}
    >
      {(close) => <PageLinks route={route} pages={pages} className="menu-item" onFollow={close} />}
    </Menu>
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
