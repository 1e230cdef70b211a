import type { RuleVersionView, RuleView } from '@osprey/core/api/rules'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { pathOfRule } from './activation-dialog.tsx'
import { type Aspect, changedAspects } from './compare-definitions.ts'
import type { Loaded } from './use-loaded.ts'

interface VersionsTabProps {
  rule: RuleView
  versions: Loaded<RuleVersionView[]>
  readOnly: boolean
  /** Restoring would throw away what is in the form. */
  unsaved: boolean
  onRestored: (rule: RuleView) => void
  onCompare: (version: number) => void
}

/** Every version, newest first: who, when, why and what changed. */
export function VersionsTab({ rule, versions, readOnly, unsaved, onRestored, onCompare }: VersionsTabProps) {
  const { t, format, say } = useText()
  const { request } = useApp()
  const [asked, setAsked] = useState<RuleVersionView | null>(null)
  if (versions.data === null) {
    return (
      <section className="card">
        {versions.error === null ? (
          <Loading text={t('app.loading')} />
        ) : (
          <Failed text={t('rules.versions.failed')} onRetry={versions.reload} />
        )}
      </section>
    )
  }
  const list = versions.data
  return (
    <section className="card" aria-label={t('rules.versions.title')}>
      <ol className="rows versions" data-testid="versions">
        {list.map((version, index) => {
          const before = list[index + 1]
          const isCurrent = version.version === rule.version
          return (
            <li key={version.version} data-testid={`version-${version.version}`}>
              <div>
                <p className="row-title">
                  {t('rules.versions.number', { n: format.number(version.version) })}
                  {isCurrent && <span className="chip positive">{t('rules.versions.current')}</span>}
                </p>
                <p className="row-note number">
                  {t('rules.versions.by', {
                    who: version.author,
                    time: format.dateTime(Date.parse(version.at)),
                  })}
                </p>
                {version.note !== '' && <p className="version-note">{version.note}</p>}
                {before === undefined ? (
                  <p className="row-note">{t('rules.versions.first')}</p>
                ) : (
                  <AspectList aspects={changedAspects(before.definition, version.definition)} />
                )}
                <p className="sentence">{say(version.sentence)}</p>
              </div>
              {!isCurrent && (
                <div className="doings-list">
                  <Button
                    small
                    onClick={() => onCompare(version.version)}
                    data-testid={`compare-${version.version}`}
                  >
                    {t('rules.versions.compare')}
                  </Button>
                  {!readOnly && (
                    <Button
                      small
                      onClick={() => setAsked(version)}
                      data-testid={`restore-${version.version}`}
                    >
                      {t('rules.versions.restore')}
                    </Button>
                  )}
                </div>
              )}
            </li>
          )
        })}
      </ol>
      {asked !== null && (
        <ConfirmDialog
          title={t('rules.versions.restoreTitle', { n: format.number(asked.version) })}
          confirm={t('rules.versions.restore')}
          look="primary"
          onConfirm={async () => {
            const note = t('rules.versions.restoreNote', { n: format.number(asked.version) })
            const body = { definition: asked.definition, note, version: rule.version }
            onRestored(await request<RuleView>(pathOfRule(rule.id), { method: 'PATCH', body }))
          }}
          onClose={() => setAsked(null)}
        >
          <p>{t('rules.versions.restoreText')}</p>
          {unsaved && <p className="notice caution">{t('rules.versions.restoreUnsaved')}</p>}
        </ConfirmDialog>
      )}
    </section>
  )
}

/** Which parts changed, in words. */
export function AspectList({ aspects }: { aspects: readonly Aspect[] }) {
  const { t } = useText()
  if (aspects.length === 0) return <p className="row-note">{t('rules.versions.nothing')}</p>
  return (
    <p className="chips aspect-list">
      <span className="row-note">{t('rules.versions.changed')}</span>
      {aspects.map((aspect) => (
        <span key={aspect} className="chip">
          {t(`rules.aspect.${aspect}`)}
        </span>
      ))}
    </p>
  )
}
