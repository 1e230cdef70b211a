import type { LibraryRuleView } from '@osprey/core/api/rules'
import { useMemo, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { SeverityLabel } from './severity-label.tsx'
import { useLoaded } from './use-loaded.ts'

const GROUPS = ['air', 'water', 'noise', 'emission', 'equipment', 'data'] as const
type Group = (typeof GROUPS)[number]

/** Ready rules, from the legal limits and from practice; choosing one opens the editor with it. */
export function LibraryPage() {
  const { t, format } = useText()
  const library = useLoaded<LibraryRuleView[]>('/api/rules/library')
  const [text, setText] = useState('')
  const [group, setGroup] = useState<Group | null>(null)
  const found = useMemo(() => search(library.data ?? [], text), [library.data, text])
  const shown = found.filter((rule) => group === null || rule.group === group)
  return (
    <PageFrame
      title={t('rules.library.title')}
      explain={t('rules.library.explain')}
      testId="library-page"
      actions={
        <a className="button" href={formatHash({ page: 'rules', view: 'list', rule: null })}>
          <Icon name="left" size={18} />
          {t('rules.back')}
        </a>
      }
    >
      {library.data === null ? (
        <section className="card">
          {library.error === null ? (
            <Loading text={t('app.loading')} />
          ) : (
            <Failed text={t('rules.library.failed')} onRetry={library.reload} />
          )}
        </section>
      ) : (
        <>
          <search className="library-filter">
            <TextField
              label={t('rules.library.search')}
              type="search"
              value={text}
              onChange={(event) => setText(event.target.value)}
              data-testid="library-search"
            />
            <fieldset className="checks">
              <legend className="field-label">{t('rules.library.group')}</legend>
              <div className="checks-options">
                {[null, ...GROUPS].map((each) => (
                  <button
                    key={each ?? 'all'}
                    type="button"
                    className="button small"
                    aria-pressed={group === each}
                    onClick={() => setGroup(each)}
                  >
                    {t(each === null ? 'rules.library.all' : `rules.group.${each}`)}
                  </button>
                ))}
              </div>
            </fieldset>
          </search>
          <p className="card-empty number" role="status">
            {t('rules.library.count', { count: shown.length, n: format.number(shown.length) })}
          </p>
          {GROUPS.map((each) => (
            <LibraryGroup key={each} group={each} rules={shown.filter((rule) => rule.group === each)} />
          ))}
        </>
      )}
    </PageFrame>
  )
}

function LibraryGroup({ group, rules }: { group: Group; rules: readonly LibraryRuleView[] }) {
  const { t } = useText()
  if (rules.length === 0) return null
  return (
    <section className="library-group" aria-label={t(`rules.group.${group}`)}>
      <h2>{t(`rules.group.${group}`)}</h2>
      <ul className="library-cards">
        {rules.map((rule) => (
          <LibraryCard key={rule.id} rule={rule} />
        ))}
      </ul>
    </section>
  )
}

function LibraryCard({ rule }: { rule: LibraryRuleView }) {
  const { t, say } = useText()
  const may = useMay()
  return (
    <li className="card library-card" data-testid={`library-${rule.id}`}>
      <div className="library-head">
        <h3>{say(rule.name)}</h3>
        <SeverityLabel severity={rule.definition.severity} />
      </div>
      <p className="sentence">{say(rule.sentence)}</p>
      <p className="row-note">{say(rule.why)}</p>
      <p className="row-note">
        <span className="library-basis">{t('rules.library.basis')}</span> {rule.basis}
      </p>
      {may('rules:write') && (
        <a
          className="button small"
          href={formatHash({ page: 'rules', view: 'new', rule: rule.id })}
          aria-label={t('rules.library.useNamed', { name: say(rule.name) })}
          data-testid={`use-${rule.id}`}
        >
          {t('rules.library.use')}
        </a>
      )}
    </li>
  )
}

function search(rules: readonly LibraryRuleView[], text: string): LibraryRuleView[] {
  const words = text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  return rules.filter((rule) => {
    const parts = [rule.name, rule.why, rule.sentence].flatMap(({ en, zh }) => [en, zh])
    const all = [...parts, rule.basis, rule.id].join('\n').normalize('NFKC').toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
