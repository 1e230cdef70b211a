import { useEffect, useMemo, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { usePhone } from '../ui/use-media.ts'
import { ActDialog, type AskedAct } from './act-dialog.tsx'
import { ActOutcomeNotice } from './act-outcome.tsx'
import {
  ALERT_GROUPS,
  type AlertSearch,
  alertQuery,
  isNarrowed,
  quickFilterOf,
  quickSearch,
} from './alert-search.ts'
import { AlertsTabs } from './alerts-tabs.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { InboxFilters } from './inbox-filters.tsx'
import { InboxList } from './inbox-list.tsx'
import { rememberSingleKeys, singleKeysOn } from './keys.ts'
import { KeysDialog } from './keys-dialog.tsx'
import { QuickFilters } from './quick-filters.tsx'
import { SavedViews } from './saved-views.tsx'
import { useAct } from './use-act.ts'
import { type AlertWords, useAlertWords } from './use-alert-words.ts'
import { useInbox } from './use-inbox.ts'
import { useInboxKeys } from './use-inbox-keys.ts'
import { useSelection } from './use-selection.ts'

/** What needs somebody now: counts, filters and the list, kept by the live connection. */
export function InboxPage({ search }: { search: AlertSearch }) {
  const { t } = useText()
  const words = useAlertWords()
  return (
    <PageFrame
      title={t('alerts.title')}
      explain={t('alerts.explain')}
      testId="alerts"
      actions={<AlertsTabs current="alerts" />}
    >
      <QuickFilters search={search} />
      <Toolbar search={search} words={words} />
      {/* Another search starts from nothing: alerts of two searches must not stand in one list. */}
      <Alerts key={alertQuery(search)} search={search} words={words} />
    </PageFrame>
  )
}

function Toolbar({ search, words }: { search: AlertSearch; words: AlertWords }) {
  const { t } = useText()
  const { routes } = useApp()
  const phone = usePhone()
  const [open, setOpen] = useState(
    () => isNarrowed({ ...search, text: '' }) && quickFilterOf(search) === null,
  )
  const [text, setText] = useState(search.text)
  useEffect(() => setText(search.text), [search.text])
  const change = (part: Partial<AlertSearch>): void =>
    routes.replace({ page: 'alerts', alert: null, search: { ...search, ...part } })
  // Every letter a search of its own would ask the server too often.
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(wait.current), [])
  const type = (typed: string): void => {
    setText(typed)
    clearTimeout(wait.current)
    wait.current = setTimeout(() => change({ text: typed }), 300)
  }
  return (
    <search className="inbox-tools">
      <div className="inbox-toolbar">
        <div className="inbox-text">
          <Icon name="search" size={16} />
          <input
            type="search"
            className="input"
            aria-label={t('alerts.search')}
            placeholder={t('alerts.search')}
            maxLength={200}
            value={text}
            onChange={(event) => type(event.target.value)}
            id="inbox-search"
            data-testid="inbox-search"
          />
        </div>
        <Button
          icon="filter"
          aria-expanded={open}
          aria-controls="inbox-filters"
          onClick={() => setOpen(!open)}
          data-testid="toggle-filters"
        >
          {t('alerts.filter.open')}
        </Button>
        <SavedViews search={search} />
        {!phone && <span className="toolbar-gap" />}
        <div className="inbox-group">
          <span aria-hidden="true">{t('alerts.group.label')}</span>
          <Segmented
            label={t('alerts.group.label')}
            options={ALERT_GROUPS.map((value) => ({
              value,
              text: t(`alerts.group.${value === '' ? 'none' : value}`),
            }))}
            value={search.group}
            onChange={(group) => change({ group })}
          />
        </div>
      </div>
      {open && <InboxFilters search={search} words={words} onChange={change} />}
    </search>
  )
}

/** Scrolled further than this, rows above would move what is read. */
const TOP = 40

function Alerts({ search, words }: { search: AlertSearch; words: AlertWords }) {
  const { t, format } = useText()
  const { routes } = useApp()
  const may = useMay()
  const { inbox, failed, busy, news, retry, loadOlder, settle, hold } = useInbox(search)
  const rows = inbox?.rows
  // What is pending is not an alert yet: nobody can act on it.
  const ids = useMemo(
    () => rows?.filter(({ state }) => state !== 'pending').map(({ id }) => id) ?? [],
    [rows],
  )
  const selection = useSelection(ids)
  const acting = useAct()
  const [asking, setAsking] = useState<AskedAct | null>(null)
  const [help, setHelp] = useState(false)
  const [single, setSingle] = useState(singleKeysOn)
  const list = useRef<HTMLElement>(null)
  const pointed = useRef(false)
  const writable = may('alerts:write')
  const { chosen } = selection
  const picked = [...chosen]
  const holdAgain = (): void => {
    const scrolled = (list.current?.closest('.page')?.scrollTop ?? 0) > TOP
    const within = list.current?.contains(document.activeElement) === true
    hold(pointed.current || within || scrolled || chosen.size > 0)
  }
  useEffect(holdAgain)
  useEffect(() => {
    const page = list.current?.closest('.page')
    page?.addEventListener('scroll', holdAgain, { passive: true })
    return () => page?.removeEventListener('scroll', holdAgain)
  })
  const act = (alerts: readonly string[], wanted: Parameters<typeof acting.act>[1]): void => {
    void acting.act(alerts, wanted).then((done) => done && selection.clear())
  }
  useInboxKeys(list, single && asking === null && !help, {
    select: (id) => writable && ids.includes(id) && selection.toggle(id, false),
    acknowledge: (id) => {
      const alerts = chosen.size > 0 ? picked : ids.filter((own) => own === id)
      if (writable && alerts.length > 0) act(alerts, { action: 'acknowledge', input: {} })
    },
    clear: selection.clear,
    help: () => setHelp(true),
  })
  const nameOf = (id: string): string => {
    const alert = rows?.find((row) => row.id === id)
    return alert === undefined ? id : t('alerts.named', { rule: alert.ruleName, place: words.placeOf(alert) })
  }
  const latest = news?.[0]
  return (
    <section className="card inbox" aria-label={t('alerts.list')} ref={list}>
      <span className="visually-hidden" role="status" data-testid="inbox-news">
        {latest !== undefined &&
          t('alerts.news', {
            count: news?.length ?? 0,
            n: format.number(news?.length ?? 0),
            name: t('alerts.named', { rule: latest.ruleName, place: words.placeOf(latest) }),
          })}
      </span>
      {inbox === null && failed && <Failed text={t('alerts.failed')} onRetry={retry} />}
      {inbox === null && !failed && <Loading text={t('alerts.loading')} />}
      {inbox !== null && failed && <Stale />}
      {acting.error !== null && asking === null && <ProblemText error={acting.error} />}
      {acting.outcome !== null && (
        <ActOutcomeNotice outcome={acting.outcome} nameOf={nameOf} onClose={acting.clear} />
      )}
      {inbox !== null && inbox.arriving.length > 0 && (
        <Button className="arriving" icon="up" onClick={settle} data-testid="show-arriving">
          {t('alerts.arriving', { count: inbox.arriving.length, n: format.number(inbox.arriving.length) })}
        </Button>
      )}
      {writable && chosen.size > 0 && (
        <BulkBar
          count={chosen.size}
          busy={acting.busy}
          onAct={(wanted) => act(picked, wanted)}
          onAsk={(kind) => {
            acting.clear()
            setAsking(kind)
          }}
          onClear={selection.clear}
        />
      )}
      {inbox !== null && inbox.rows.length === 0 && inbox.arriving.length === 0 && (
        <div className="state" data-testid="inbox-empty">
          <Icon name="check" size={24} />
          <p>{t(emptyText(search))}</p>
          {quickFilterOf(search) === null && (
            <Button
              small
              onClick={() =>
                routes.go({ page: 'alerts', alert: null, search: quickSearch('firing', search.group) })
              }
            >
              {t('alerts.filter.clear')}
            </Button>
          )}
        </div>
      )}
      {inbox !== null && inbox.rows.length > 0 && (
        <div
          onPointerEnter={(event) => {
            pointed.current = event.pointerType === 'mouse'
            holdAgain()
          }}
          onPointerLeave={() => {
            pointed.current = false
            holdAgain()
          }}
          data-testid="inbox-rows"
        >
          <InboxList
            rows={inbox.rows}
            leaving={inbox.leaving}
            search={search}
            words={words}
            chosen={chosen}
            onSelect={writable ? selection.toggle : null}
          />
        </div>
      )}
      {inbox !== null && inbox.rows.length > 0 && (
        <div className="inbox-foot">
          <p className="hint number">
            {t(inbox.next === null ? 'alerts.allShown' : 'alerts.someShown', {
              count: inbox.rows.length,
              n: format.number(inbox.rows.length),
            })}
          </p>
          {writable && (
            <Button small look="quiet" onClick={selection.all} data-testid="select-all">
              {t('alerts.bulk.all')}
            </Button>
          )}
          <Button small look="quiet" onClick={() => setHelp(true)} data-testid="show-keys">
            {t('alerts.keys.title')}
          </Button>
          {inbox.next !== null && (
            <Button icon="down" disabled={busy} onClick={loadOlder} data-testid="load-older">
              {t('alerts.older')}
            </Button>
          )}
        </div>
      )}
      {asking !== null && (
        <ActDialog
          kind={asking}
          alerts={picked}
          acting={acting}
          onDone={() => {
            setAsking(null)
            selection.clear()
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {help && (
        <KeysDialog
          single={single}
          onSingle={(on) => {
            rememberSingleKeys(on)
            setSingle(on)
          }}
          onClose={() => setHelp(false)}
        />
      )}
    </section>
  )
}

/** Nothing firing is good news; nothing found is not. */
function emptyText(search: AlertSearch) {
  const quick = quickFilterOf(search)
  return quick === null ? 'alerts.noneFound' : (`alerts.empty.${quick}` as const)
}
