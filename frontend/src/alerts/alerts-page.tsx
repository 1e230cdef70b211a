import { AlertDetail } from './alert-detail.tsx'
import type { AlertSearch } from './alert-search.ts'
import { InboxPage } from './inbox-page.tsx'
import './alerts.css'

export function AlertsPage({ alert, search }: { alert: string | null; search: AlertSearch }) {
  if (alert === null) return <InboxPage search={search} />
  return <AlertDetail key={alert} id={alert} search={search} />
}
