import { useText } from '../i18n/use-text.ts'
import type { AuditSearch } from '../routing/route.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { AuditTable } from './audit-table.tsx'
import { ChainCard } from './chain-card.tsx'
import { searchQuery } from './search-form.ts'
import { SearchForm } from './search-form-card.tsx'
import { useAudit } from './use-audit.ts'
import './audit.css'

/** Who did what and when, and the proof that nobody changed the record of it. */
export function AuditPage({ search }: { search: AuditSearch }) {
  const { t } = useText()
  return (
    <PageFrame title={t('audit.title')} explain={t('audit.explain')} testId="audit">
      {/* Another search starts from nothing: entries of two searches must not stand in one list. */}
      <Log key={searchQuery(search)} search={search} />
    </PageFrame>
  )
}

function Log({ search }: { search: AuditSearch }) {
  const { t, format } = useText()
  const { shown, state, failed, busy, retry, loadOlder } = useAudit(search)
  return (
    <>
      {state !== null && <ChainCard state={state} />}
      <SearchForm search={search} />
      {failed && shown !== null && (
        <p className="notice caution" role="status">
          <Icon name="warning" size={18} />
          {t('audit.stale')}
        </p>
      )}
      <section className="card" aria-label={t('audit.entries')}>
        {shown === null && failed && <Failed text={t('audit.failed')} onRetry={retry} />}
        {shown === null && !failed && <Loading text={t('audit.loading')} />}
        {shown !== null && shown.entries.length === 0 && (
          <p className="card-empty">{t(searchQuery(search) === '' ? 'audit.none' : 'audit.noneFound')}</p>
        )}
        {shown !== null && shown.entries.length > 0 && <AuditTable entries={shown.entries} />}
        {shown !== null && shown.entries.length > 0 && (
          <div className="audit-foot">
            <p className="hint number" role="status">
              {t(shown.next === null ? 'audit.allShown' : 'audit.someShown', {
                count: shown.entries.length,
                n: format.number(shown.entries.length),
              })}
            </p>
            {shown.next !== null && (
              <Button icon="down" disabled={busy} onClick={loadOlder} data-testid="audit-older">
                {t('audit.older')}
              </Button>
            )}
          </div>
        )}
      </section>
    </>
  )
}
