import type { FieldError } from '@osprey/core/api'
import {
  type RuleDefinition,
  type RuleVersionView,
  type RuleView,
  ruleDefinition,
} from '@osprey/core/api/rules'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { RequestError } from '../session/request.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { ActivationDialog, pathOfRule } from './activation-dialog.tsx'
import { BacktestTab } from './backtest-tab.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { idFrom, sameDefinition } from './definition-edit.ts'
import { ErrorSummary } from './error-summary.tsx'
import { LeaveGuard } from './leave-guard.tsx'
import { usePlaces } from './places.ts'
import { PreviewPanel, ProblemList } from './preview-panel.tsx'
import { errorsOf, ProblemsProvider } from './problems.tsx'
import { type Draft, RuleForm } from './rule-form.tsx'
import { ActiveSwitch, Precision } from './rule-table.tsx'
import { SentenceCard, useSentence } from './sentence-card.tsx'
import { Tabs } from './tabs.tsx'
import { UnknownNote } from './unknown-note.tsx'
import { useLoaded } from './use-loaded.ts'
import { useNames } from './use-names.ts'
import { usePreview } from './use-preview.ts'
import { VersionsTab } from './versions-tab.tsx'

interface RuleEditorProps {
  /** Null: it is new. */
  stored: RuleView | null
  initial: { definition: RuleDefinition; jurisdiction: string | null }
  /** Ids of other rules. */
  taken: ReadonlySet<string>
  readOnly: boolean
  onRemoved: () => void
}

type Tab = 'definition' | 'backtest' | 'versions'
const NO_ERRORS: readonly FieldError[] = []

/** One rule: its form with what it means and would do, the backtest, and its history. */
export function RuleEditor({ stored: first, initial, taken, readOnly, onRemoved }: RuleEditorProps) {
  const { t, format } = useText()
  const { request, routes } = useApp()
  const places = usePlaces()
  const names = useNames(places)
  const [stored, setStored] = useState(first)
  const [draft, setDraft] = useState<Draft>(() => ({
    id: first?.id ?? idFrom(initial.definition.name, taken),
    jurisdiction: initial.jurisdiction,
    definition: initial.definition,
    note: '',
  }))
  const [base, setBase] = useState(initial)
  const [idTyped, setIdTyped] = useState(false)
  const [tab, setTab] = useState<Tab>('definition')
  const [compared, setCompared] = useState<number | null>(null)
  const [failedAttempts, setFailedAttempts] = useState(0)
  const [said, setSaid] = useState<'saved' | 'restored' | null>(null)
  const [asking, setAsking] = useState<'activation' | 'removal' | null>(null)
  const [conflict, setConflict] = useState<RuleView | null>(null)
  const { busy, error, attempt } = useAttempt()
  const versions = useLoaded<RuleVersionView[]>(stored === null ? null : `${pathOfRule(stored.id)}/versions`)
  const preview = usePreview(draft.definition, draft.jurisdiction)
  const sentence = useSentence(draft.definition, names)
  const lastRight = useLastRight(draft.definition)
  const unsaved =
    !readOnly &&
    (!sameDefinition(draft.definition, base.definition) || draft.jurisdiction !== base.jurisdiction)

  // After a failed attempt every change is checked anew; the id is not part of the definition.
  const errors = useMemo(() => {
    if (failedAttempts === 0) return NO_ERRORS
    const ofDefinition = preview.stale && preview.errors.length === 0 ? errorsOf(error) : preview.errors
    const others = errorsOf(error).filter(({ field }) => !field.startsWith('definition'))
    return [...ofDefinition, ...others]
  }, [failedAttempts, preview.stale, preview.errors, error])

  const change = (next: Draft): void => {
    setSaid(null)
    const typed = idTyped || (stored === null && next.id !== draft.id)
    if (typed !== idTyped) setIdTyped(typed)
    const named = next.definition.name !== draft.definition.name
    setDraft(stored === null && !typed && named ? { ...next, id: idFrom(next.definition.name, taken) } : next)
  }
  const accept = (rule: RuleView, how: 'saved' | 'restored'): void => {
    setStored(rule)
    setBase({ definition: rule.definition, jurisdiction: rule.jurisdiction })
    setDraft({ id: rule.id, jurisdiction: rule.jurisdiction, definition: rule.definition, note: '' })
    setFailedAttempts(0)
    setSaid(how)
    versions.reload()
  }
  const save = async (active: boolean, version: number | undefined = stored?.version): Promise<void> => {
    const { definition, note } = draft
    const rule =
      stored === null
        ? await request<RuleView>('/api/rules', {
            method: 'POST',
            body: { id: draft.id, jurisdiction: draft.jurisdiction, active, definition, note },
          })
        : await request<RuleView>(pathOfRule(stored.id), {
            method: 'PATCH',
            body: { definition, note, version },
          })
    setConflict(null)
    if (stored === null) {
      routes.replace({ page: 'rules', view: 'edit', rule: rule.id })
      return
    }
    accept(rule, 'saved')
  }

  const trySave = async (active: boolean): Promise<void> => {
    setSaid(null)
    const done = await attempt(async () => {
      try {
        await save(active)
      } catch (problem) {
        const overtaken = problem instanceof RequestError && problem.status === 409 && stored !== null
        if (!overtaken) throw problem
        setConflict(await request<RuleView>(pathOfRule(stored.id)))
      }
    })
    if (!done) setFailedAttempts((count) => count + 1)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void trySave(false)
  }
  const general = error !== null && errorsOf(error).length === 0 ? error : null
  const title = stored?.definition.name ?? t('rules.newTitle')
  const tabs: { id: Tab; text: string }[] = [
    { id: 'definition', text: t('rules.tab.definition') },
    { id: 'backtest', text: t('rules.tab.backtest') },
    ...(stored === null ? [] : [{ id: 'versions' as const, text: t('rules.tab.versions') }]),
  ]
  return (
    <PageFrame
      title={title}
      explain={
        stored === null
          ? t('rules.newExplain')
          : t('rules.storedExplain', {
              version: format.number(stored.version),
              who: stored.updatedBy,
              time: format.dateTime(Date.parse(stored.updatedAt)),
            })
      }
      testId="rule-editor"
      actions={
        <div className="actions">
          <a
            className="button quiet"
            href={formatHash({ page: 'rules', view: 'list', rule: null })}
            data-testid="all-rules"
          >
            <Icon name="left" size={18} />
            {t('rules.back')}
          </a>
          {stored !== null && !readOnly && (
            <>
              <a className="button" href={formatHash({ page: 'rules', view: 'new', rule: stored.id })}>
                <Icon name="copy" size={18} />
                {t('rules.copy')}
              </a>
              <Button
                look="danger"
                icon="trash"
                onClick={() => setAsking('removal')}
                data-testid="remove-rule"
              >
                {t('rules.remove.do')}
              </Button>
            </>
          )}
        </div>
      }
    >
      <LeaveGuard unsaved={unsaved} />
      {stored !== null && (
        <div className="rule-status">
          <ActiveSwitch rule={stored} onAsk={() => setAsking('activation')} />
          <span className="number">
            {t('rules.reached', { count: stored.stations, n: format.number(stored.stations) })}
          </span>
          <span className="number">
            {t('rules.firing', { count: stored.firing, n: format.number(stored.firing) })}
            {' · '}
            {t('rules.pending', { count: stored.pending, n: format.number(stored.pending) })}
          </span>
          <Precision rule={stored} />
        </div>
      )}
      {stored !== null && <ProblemList problems={stored.problems} />}
      {stored !== null && <UnknownNote rule={stored} />}
      <Tabs
        label={t('rules.tab.label')}
        tabs={tabs}
        open={tab}
        onOpen={setTab}
        panel={(each) => {
          if (each === 'versions') {
            return stored === null ? null : (
              <VersionsTab
                rule={stored}
                versions={versions}
                readOnly={readOnly}
                unsaved={unsaved}
                onRestored={(rule) => accept(rule, 'restored')}
                onCompare={(version) => {
                  setCompared(version)
                  setTab('backtest')
                }}
              />
            )
          }
          if (each === 'backtest') {
            return (
              <BacktestTab
                draft={draft}
                unsaved={unsaved}
                stored={stored}
                versions={versions.data ?? []}
                compared={compared}
                onCompared={setCompared}
              />
            )
          }
          return (
            <ProblemsProvider errors={errors}>
              <form className="editor" onSubmit={submit} noValidate data-testid="rule-form">
                <fieldset className="editor-form" disabled={readOnly}>
                  <legend className="visually-hidden">{t('rules.tab.definition')}</legend>
                  <ErrorSummary errors={errors} attempt={failedAttempts} />
                  <RuleForm
                    // What was restored or taken over has its own folds and half-typed numbers.
                    key={stored?.version ?? 'new'}
                    draft={draft}
                    isNew={stored === null}
                    places={places}
                    onChange={change}
                  />
                </fieldset>
                <aside className="editor-side" aria-label={t('rules.sentence.side')}>
                  <SentenceCard sentence={sentence} />
                  <PreviewPanel preview={preview} definition={lastRight} />
                </aside>
                {!readOnly && (
                  <div className="save-bar">
                    {general !== null && <ProblemText error={general} />}
                    <div className="save-row">
                      {stored !== null && unsaved && (
                        <TextField
                          label={t('rules.field.note')}
                          placeholder={t('rules.field.noteHint')}
                          value={draft.note}
                          maxLength={1000}
                          onChange={(event) => setDraft({ ...draft, note: event.target.value })}
                          data-field="note"
                          data-testid="rule-note"
                        />
                      )}
                      <p className="save-state" role="status" data-testid="save-state">
                        {unsaved ? t('rules.unsaved') : said !== null ? t(`rules.said.${said}`) : ''}
                      </p>
                      <div className="actions">
                        {unsaved && stored !== null && (
                          <Button
                            onClick={() => {
                              setDraft({ ...draft, definition: base.definition, note: '' })
                              setFailedAttempts(0)
                            }}
                            data-testid="discard"
                          >
                            {t('rules.discard')}
                          </Button>
                        )}
                        <Button
                          type="submit"
                          look={stored === null ? 'plain' : 'primary'}
                          disabled={busy || (stored !== null && !unsaved)}
                          data-testid="save-rule"
                        >
                          {t(stored === null ? 'rules.saveInactive' : 'rules.saveVersion')}
                        </Button>
                        {stored === null && (
                          <Button
                            look="primary"
                            disabled={busy}
                            onClick={() => void trySave(true)}
                            data-testid="save-active"
                          >
                            {t('rules.saveActive')}
                          </Button>
                        )}
                      </div>
                    </div>
                  </div>
                )}
              </form>
            </ProblemsProvider>
          )
        }}
      />
      {asking === 'activation' && stored !== null && (
        <ActivationDialog
          rule={stored}
          onChanged={(rule) => setStored(rule)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'removal' && stored !== null && (
        <ConfirmDialog
          title={t('rules.remove.title', { name: stored.definition.name })}
          confirm={t('rules.remove.do')}
          onConfirm={async () => {
            await request(pathOfRule(stored.id), { method: 'DELETE' })
            onRemoved()
          }}
          onClose={() => setAsking(null)}
        >
          <p>
            {stored.firing + stored.pending === 0
              ? t('rules.remove.text')
              : t('rules.remove.open', {
                  count: stored.firing + stored.pending,
                  n: format.number(stored.firing + stored.pending),
                })}
          </p>
        </ConfirmDialog>
      )}
      {conflict !== null && stored !== null && (
        <ConflictDialog
          theirs={conflict}
          base={stored}
          onTakeTheirs={() => {
            accept(conflict, 'restored')
            setConflict(null)
          }}
          onOverwrite={() => save(false, conflict.version)}
          onClose={() => setConflict(null)}
        />
      )}
    </PageFrame>
  )
}

/** The form as it was when it last was a right definition: what the preview shows while a number is being typed. */
function useLastRight(definition: RuleDefinition): RuleDefinition | null {
  const last = useRef<RuleDefinition | null>(null)
  return useMemo(() => {
    const parsed = ruleDefinition.safeParse({ ...definition, name: definition.name.trim() || '-' })
    if (parsed.success) last.current = parsed.data
    return last.current
  }, [definition])
}
