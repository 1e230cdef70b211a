import type { ReactNode } from 'react'
import { useText } from '../i18n/use-text.ts'
import { AppearanceControls } from './appearance.tsx'
import './login.css'

/** The frame of every page that is shown before somebody can work. */
export function WelcomeCard({ children }: { children: ReactNode }) {
  const { t } = useText()
  return (
    <main className="login">
      <div className="login-card">
        <header className="login-brand">
          <img src="/osprey.svg" alt="" width="44" height="44" />
          <div>
            <h1>{t('app.name')}</h1>
            <p>{t('app.tagline')}</p>
          </div>
        </header>
        {children}
      </div>
      <footer className="login-foot">
        <AppearanceControls />
      </footer>
    </main>
  )
}
