import type { AssigneeView } from '@osprey/core/api/alerts'
import { type FormEvent, type ReactNode, useState } from 'react'
import { fromLocalField, toLocalField } from '../audit/search-form.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { type Act, nextMorning, snoozeEnd } from './acts.ts'
import { CommentField } from './comment-field.tsx'
import type { Acting } from './use-act.ts'
import { useMe } from './use-alert-words.ts'

/** Acts that ask something first. */
export type AskedAct = 'assign' | 'comment' | 'snooze' | 'resolve' | 'false-alarm'

/** What needs no words can be done at once. */
const AT_ONCE: { readonly [K in AskedAct]?: Act } = { resolve: { action: 'resolve', input: {} } }

interface ActDialogProps {
  kind: AskedAct
  alerts: readonly string[]
  acting: Acting
  onDone: () => void
  onClose: () => void
}

/** Asks what an act needs to know, for one alert or many, and does it. */
export function ActDialog({ kind, alerts, acting, onDone, onClose }: ActDialogProps) {
  const { t, format } = useText()
  const [act, setAct] = useState<Act | null>(AT_ONCE[kind] ?? null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (act === null) return
    void acting.act(alerts, act).then((done) => done && onDone())
  }
  const count = alerts.length
  return (
    <Dialog title={t(`alerts.act.${kind}.title`, { count, n: format.number(count) })} onClose={onClose}>
      <form className="card-form act-form" onSubmit={submit} data-testid={`act-${kind}`}>
        {kind === 'assign' && <Assign onAct={setAct} />}
        {kind === 'comment' && <Words action="comment" needed onAct={setAct} />}
        {kind === 'snooze' && <Snooze onAct={setAct} />}
        {kind === 'resolve' && (
          <Words action="resolve" onAct={setAct}>
            <p className="notice caution">{t('alerts.act.resolve.explain')}</p>
          </Words>
        )}
        {kind === 'false-alarm' && <FalseAlarm onAct={setAct} />}
        {acting.error !== null && <ProblemText error={acting.error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button
            type="submit"
            look="primary"
            disabled={acting.busy || act === null}
            data-testid="act-confirm"
          >
            {t(`alerts.act.${kind}.confirm`)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface AskingProps {
  /** Null while something is missing. */
  onAct: (act: Act | null) => void
}

function Assign({ onAct }: AskingProps) {
  const { t } = useText()
  const me = useMe()
  const people = usePolled<AssigneeView[]>('/api/alerts/assignees', 120_000)
  const [assignee, setAssignee] = useState('')
  const choose = (value: string): void => {
    setAssignee(value)
    const chosen = value === '-' ? null : value
    onAct(value === '' ? null : { action: 'assign', input: { assignee: chosen } })
  }
  const others = people.data?.filter(({ username }) => username !== me) ?? []
  return (
    <ChoiceField label={t('alerts.act.assign.to')} value={assignee} onChange={choose} testId="assignee">
      <option value="">{t('alerts.act.assign.choose')}</option>
      {me !== '' && <option value={me}>{t('alerts.filter.me')}</option>}
      <option value="-">{t('alerts.filter.nobody')}</option>
      {others.map(({ username, displayName }) => (
        <option key={username} value={username}>
          {`${displayName} (${username})`}
        </option>
      ))}
    </ChoiceField>
  )
}

interface WordsProps extends AskingProps {
  action: 'comment' | 'resolve'
  needed?: boolean
  children?: ReactNode
}

function Words({ action, needed = false, children, onAct }: WordsProps) {
  const { t } = useText()
  const [text, setText] = useState('')
  const change = (words: string): void => {
    setText(words)
    const written = words.trim()
    if (written === '') onAct(needed ? null : { action, input: {} })
    else onAct({ action, input: { text: written } })
  }
  return (
    <>
      {children}
      <CommentField
        label={t(needed ? 'alerts.comment.label' : 'alerts.comment.optional')}
        value={text}
        onChange={change}
      />
    </>
  )
}

const SNOOZES = ['1', '4', 'morning', 'time', 'none'] as const
type SnoozeChoice = (typeof SNOOZES)[number]

function Snooze({ onAct }: AskingProps) {
  const { t, format } = useText()
  const [choice, setChoice] = useState<SnoozeChoice | ''>('')
  const [until, setUntil] = useState('')
  const tell = (end: string | null): void => {
    setUntil(end ?? '')
    onAct(end === '' ? null : { action: 'snooze', input: { until: end } })
  }
  const choose = (value: SnoozeChoice): void => {
    setChoice(value)
    const now = Date.now()
    if (value === 'none') tell(null)
    else if (value === 'morning') tell(nextMorning(now))
    else if (value === 'time') tell(until || snoozeEnd(now, 2))
    else tell(snoozeEnd(now, Number(value)))
  }
  return (
    <>
      <p className="row-note">{t('alerts.act.snooze.explain')}</p>
      <Segmented
        label={t('alerts.act.snooze.until')}
        options={SNOOZES.map((value) => ({ value, text: t(`alerts.act.snooze.choice.${value}`) }))}
        value={choice as SnoozeChoice}
        onChange={choose}
      />
      {choice === 'time' && (
        <TextField
          label={t('alerts.act.snooze.time', { zone: format.zone(Date.now()) })}
          type="datetime-local"
          value={toLocalField(until)}
          onChange={(event) => tell(fromLocalField(event.target.value))}
        />
      )}
      {until !== '' && (
        <p className="row-note number">
          {t('alerts.act.snooze.ends', { time: format.dateTime(Date.parse(until)) })}
        </p>
      )}
    </>
  )
}

function FalseAlarm({ onAct }: AskingProps) {
  const { t } = useText()
  const [reason, setReason] = useState('')
  const change = (words: string): void => {
    setReason(words)
    const written = words.trim()
    onAct(written === '' ? null : { action: 'false-alarm', input: { falseAlarm: true, reason: written } })
  }
  return (
    <>
      <p className="row-note">{t('alerts.act.false-alarm.explain')}</p>
      <CommentField
        label={t('alerts.act.false-alarm.reason')}
        value={reason}
        most={2000}
        mentions={false}
        onChange={change}
      />
    </>
  )
}
