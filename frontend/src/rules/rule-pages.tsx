import type { LibraryRuleView, RuleDefinition, RuleView } from '@osprey/core/api/rules'
import { useMemo } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { RequestError } from '../session/request.ts'
import { useObservable } from '../ui/observable.ts'
import { PageFrame } from '../ui/page.tsx'
import { Empty, Failed, Loading } from '../ui/states.tsx'
import { emptyDefinition } from './definition-edit.ts'
import { RuleEditor } from './rule-editor.tsx'
import { useLoaded } from './use-loaded.ts'

/** A stored rule in the editor. */
export function EditRulePage({ id }: { id: string }) {
  const { t } = useText()
  const { routes } = useApp()
  const may = useMay()
  const stored = useLoaded<RuleView>(`/api/rules/${encodeURIComponent(id)}`)
  if (stored.data === null) {
    const missing = stored.error instanceof RequestError && stored.error.status === 404
    return <Waiting error={stored.error} missing={missing ? t('rules.gone') : null} onRetry={stored.reload} />
  }
  return (
    <RuleEditor
      key={stored.data.id}
      stored={stored.data}
      initial={stored.data}
      taken={NOTHING_TAKEN}
      readOnly={!may('rules:write')}
      onRemoved={() => routes.replace({ page: 'rules', view: 'list', rule: null })}
    />
  )
}

const NOTHING_TAKEN: ReadonlySet<string> = new Set()

/** A new rule: empty, from the library, or a copy of another one. */
export function NewRulePage({ from }: { from: string | null }) {
  const { t, language } = useText()
  const { catalogue } = useWorkspace()
  const may = useMay()
  const properties = useObservable(catalogue)
  const library = useLoaded<LibraryRuleView[]>(from === null ? null : '/api/rules/library')
  const rules = useLoaded<RuleView[]>('/api/rules')
  const taken = useMemo(() => new Set(rules.data?.map(({ id }) => id)), [rules.data])
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const initial = useMemo((): { definition: RuleDefinition; jurisdiction: string | null } | null => {
    if (properties.properties.length === 0) return null
    if (from === null) {
      const property = properties.get('pm25') ?? properties.properties[0]
      return { definition: emptyDefinition(property, zone), jurisdiction: null }
    }
    const ready = library.data?.find(({ id }) => id === from)
    if (ready !== undefined) {
      return { definition: { ...ready.definition, name: ready.name[language] }, jurisdiction: null }
    }
    const copied = rules.data?.find(({ id }) => id === from)
    if (copied === undefined) return null
    return { definition: copied.definition, jurisdiction: copied.jurisdiction }
  }, [from, library.data, rules.data, properties, language, zone])
  if (!may('rules:write')) return <Waiting error={null} missing={t('rules.mayNot')} onRetry={rules.reload} />
  const known = rules.data !== null && (from === null || library.data !== null)
  if (!known || initial === null) {
    return (
      <Waiting
        error={rules.error ?? library.error}
        missing={known && initial === null && properties.properties.length > 0 ? t('rules.gone') : null}
        onRetry={() => {
          rules.reload()
          library.reload()
        }}
      />
    )
  }
  return <RuleEditor stored={null} initial={initial} taken={taken} readOnly={false} onRemoved={() => {}} />
}

interface WaitingProps {
  error: unknown
  /** There is nothing to wait for. */
  missing: string | null
  onRetry: () => void
}

function Waiting({ error, missing, onRetry }: WaitingProps) {
  const { t } = useText()
  return (
    <PageFrame title={t('rules.title')} explain={t('rules.explain')} testId="rule-waiting">
      <section className="card">
        {missing !== null && <Empty text={missing} />}
        {missing === null && error !== null && <Failed text={t('rules.failed')} onRetry={onRetry} />}
        {missing === null && error === null && <Loading text={t('app.loading')} />}
      </section>
    </PageFrame>
  )
}
