import type { RulesView } from '../routing/route.ts'
import { LibraryPage } from './library-page.tsx'
import { RuleListPage } from './rule-list-page.tsx'
import { EditRulePage, NewRulePage } from './rule-pages.tsx'
import './rules.css'

/** Which rules there are, ready ones to begin with, and one of them in the editor. */
export function RulesPage({ view, rule }: { view: RulesView; rule: string | null }) {
  switch (view) {
    case 'library':
      return <LibraryPage />
    case 'new':
      return <NewRulePage key={rule} from={rule} />
    case 'edit':
      return <EditRulePage key={rule} id={rule as string} />
    case 'list':
      return <RuleListPage />
  }
}
