import type { ChannelView, RouteView } from '@osprey/core/api/notifications'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Check, useDuration } from '../rules/fields.tsx'
import { usePlaces } from '../rules/places.ts'
import { errorsOf, ProblemsProvider } from '../rules/problems.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { FieldProblem, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { freshId } from './fresh-id.ts'
import { draftOfRoute, newRoute, ROUTE_FIELDS, type RouteDraft, routeProblem } from './route-draft.ts'
import { ReachFields, ReceiversFields, TimingFields } from './route-fields.tsx'
import { routeSentence } from './route-sentence.ts'
import { useRuleNames } from './use-rule-names.ts'

interface RouteDialogProps {
  /** null: a new one. */
  route: RouteView | null
  taken: readonly RouteView[]
  channels: readonly ChannelView[]
  onSaved: () => void
  onClose: () => void
}

/** Makes or changes a route; what it means stands below the form in a sentence. */
export function RouteDialog({ route, taken, channels, onSaved, onClose }: RouteDialogProps) {
  const { t, language } = useText()
  const { request } = useWorkspace()
  const places = usePlaces()
  const rules = useRuleNames()
  const duration = useDuration()
  const [draft, setDraft] = useState(() =>
    route === null
      ? newRoute(channels.length === 1 ? channels.map(({ id }) => id) : [])
      : draftOfRoute(route),
  )
  const [tried, setTried] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const missing = routeProblem(draft)
  const change = (part: Partial<RouteDraft>): void => setDraft((before) => ({ ...before, ...part }))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (missing !== null) return
    void attempt(async () => {
      const body = { ...draft, name: draft.name.trim() }
      if (route === null) {
        const id = freshId(draft.name, 'route', new Set(taken.map((each) => each.id)))
        await request('/api/notifications/routes', { method: 'POST', body: { id, ...body } })
      } else {
        const path = `/api/notifications/routes/${encodeURIComponent(route.id)}`
        await request(path, { method: 'PATCH', body })
      }
      onSaved()
      onClose()
    })
  }
  const nameOf = (all: readonly { id: string; name: string }[]) => (id: string) =>
    all.find((each) => each.id === id)?.name ?? id
  const names = { channel: nameOf(channels), jurisdiction: nameOf(places.jurisdictions), rule: nameOf(rules) }
  const title =
    route === null ? t('notifications.route.new') : t('notifications.route.editTitle', { name: route.name })
  return (
    <Dialog title={title} onClose={onClose} wide>
      <ProblemsProvider errors={errorsOf(error)}>
        <form className="card-form" onSubmit={submit} noValidate data-testid="route-form">
          <TextField
            label={t('notifications.route.name')}
            problem={
              problems.get('name') ?? (tried && missing === 'name' ? t('expected.required') : undefined)
            }
            value={draft.name}
            maxLength={100}
            required
            autoComplete="off"
            onChange={(event) => change({ name: event.target.value })}
            data-testid="route-name"
          />
          <ReachFields draft={draft} areas={places.jurisdictions} rules={rules} onChange={change} />
          <ReceiversFields
            draft={draft}
            channels={channels}
            missing={tried && missing === 'receivers'}
            onChange={change}
          />
          <TimingFields draft={draft} onChange={change} />
          <Check
            label={t('notifications.route.enabled')}
            checked={draft.enabled}
            onChange={(enabled) => change({ enabled })}
          />
          {draft.channels.length + draft.roles.length > 0 && missing !== 'times' && (
            <p className="notice route-meaning" data-testid="route-meaning">
              {routeSentence(draft, names, { t, language, duration })}
            </p>
          )}
          {tried && (missing === 'times' || missing === 'days') && (
            <FieldProblem text={t(`notifications.route.missing.${missing}`)} />
          )}
          {isGeneral(error, ROUTE_FIELDS) && <ProblemText error={error} />}
          <div className="actions">
            <Button onClick={onClose}>{t('action.cancel')}</Button>
            <Button type="submit" look="primary" disabled={busy} data-testid="route-save">
              {t('action.save')}
            </Button>
          </div>
        </form>
      </ProblemsProvider>
    </Dialog>
  )
}
