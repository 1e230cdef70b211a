import './ui/foundations.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { AppState } from './app-state.ts'
import { exposeDiagnostics } from './diagnostics.ts'
import { startI18n } from './i18n/i18n.ts'

await startI18n()
const state = new AppState()
state.start()
exposeDiagnostics(state)
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App state={state} />
  </StrictMode>,
)
