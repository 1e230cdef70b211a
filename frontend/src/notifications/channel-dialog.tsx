import { CHANNEL_KINDS, type ChannelView } from '@osprey/core/api/notifications'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import { Check } from '../rules/fields.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import {
  CHANNEL_FIELDS,
  type ChannelDraft,
  channelInputOf,
  channelPatchOf,
  channelProblem,
  draftOfChannel,
  leavesHost,
  newChannel,
  newSecret,
} from './channel-draft.ts'
import { freshId } from './fresh-id.ts'
import { ReceiverFields } from './receiver-fields.tsx'

interface ChannelDialogProps {
  /** null: a new one. */
  channel: ChannelView | null
  taken: readonly ChannelView[]
  onSaved: () => void
  onClose: () => void
}

/** Makes or changes a channel. The secret that signs what a webhook is sent is made here and shown once. */
export function ChannelDialog({ channel, taken, onSaved, onClose }: ChannelDialogProps) {
  const { t, language } = useText()
  const { request } = useWorkspace()
  const handOver = useHandOver()
  const [draft, setDraft] = useState(() =>
    channel === null ? newChannel('email', language) : draftOfChannel(channel),
  )
  const [tried, setTried] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const host = channel?.host ?? null
  const missing = channelProblem(draft, host)
  const change = (part: Partial<ChannelDraft>): void =>
    setDraft((before) => withHost({ ...before, ...part }, host))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (missing !== null) return
    void attempt(async () => {
      const made = draft.kind === 'webhook' && draft.secretChoice === 'new' ? newSecret() : null
      const typed = draft.secretChoice === 'new' && draft.secret.trim() !== '' ? draft.secret.trim() : null
      const secret = made ?? typed
      if (channel === null) {
        const id = freshId(draft.name, draft.kind.replace('_', '-'), new Set(taken.map((each) => each.id)))
        await request('/api/notifications/channels', {
          method: 'POST',
          body: channelInputOf(draft, id, secret),
        })
      } else {
        const path = `/api/notifications/channels/${encodeURIComponent(channel.id)}`
        await request(path, { method: 'PATCH', body: channelPatchOf(draft, secret) })
      }
      if (made !== null) handOver({ kind: 'signing', channel: draft.name.trim(), secret: made })
      onSaved()
      onClose()
    })
  }
  const title =
    channel === null
      ? t('notifications.channel.new')
      : t('notifications.channel.editTitle', { name: channel.name })
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="card-form" onSubmit={submit} noValidate data-testid="channel-form">
        {channel === null ? (
          <ChoiceField
            label={t('notifications.channel.kind')}
            hint={t(`notifications.kindMeaning.${draft.kind}`)}
            value={draft.kind}
            onChange={(kind) =>
              setDraft((before) => {
                const fresh = newChannel(kind as ChannelDraft['kind'], before.language)
                return { ...before, kind: fresh.kind, secretChoice: fresh.secretChoice, secret: '' }
              })
            }
            testId="channel-kind"
          >
            {CHANNEL_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`notifications.kind.${kind}`)}
              </option>
            ))}
          </ChoiceField>
        ) : (
          <p className="row-note">
            {t(`notifications.kind.${draft.kind}`)} · {t(`notifications.kindMeaning.${draft.kind}`)}
          </p>
        )}
        <TextField
          label={t('notifications.channel.name')}
          hint={t('notifications.channel.nameHint')}
          problem={problems.get('name') ?? (tried && missing === 'name' ? t('expected.required') : undefined)}
          value={draft.name}
          maxLength={100}
          required
          autoComplete="off"
          onChange={(event) => change({ name: event.target.value })}
          data-testid="channel-name"
        />
        <ReceiverFields
          draft={draft}
          host={host}
          hasSecret={channel?.hasSecret ?? false}
          missing={tried ? missing : null}
          problem={problems.get('settings')}
          onChange={change}
        />
        {draft.kind !== 'in_app' && (
          <ChoiceField
            label={t('notifications.channel.language')}
            value={draft.language}
            onChange={(chosen) => change({ language: chosen as ChannelDraft['language'] })}
          >
            <option value="en" lang="en">
              English
            </option>
            <option value="zh" lang="zh-CN">
              中文
            </option>
          </ChoiceField>
        )}
        <Check
          label={t('notifications.channel.enabled')}
          hint={t('notifications.channel.enabledHint')}
          checked={draft.enabled}
          onChange={(enabled) => change({ enabled })}
        />
        {isGeneral(error, CHANNEL_FIELDS) && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy} data-testid="channel-save">
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A secret cannot be kept for another receiver than that it was made for. */
function withHost(draft: ChannelDraft, host: string | null): ChannelDraft {
  if (draft.secretChoice !== 'keep' || !leavesHost(draft, host)) return draft
  return { ...draft, secretChoice: 'new' }
}
