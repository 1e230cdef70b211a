import { useId } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Check } from '../rules/fields.tsx'
import { ChoiceField, FieldProblem, TextField } from '../ui/text-field.tsx'
import {
  type ChannelDraft,
  type ChannelProblem,
  leavesHost,
  POSTED,
  type SecretChoice,
  TEMPLATED,
} from './channel-draft.ts'
import { TemplateField } from './template-field.tsx'

interface ReceiverFieldsProps {
  draft: ChannelDraft
  /** Of the address that is stored; null while there is none. */
  host: string | null
  /** A secret is stored. */
  hasSecret: boolean
  missing: ChannelProblem | null
  /** What the server found wrong with any of these. */
  problem: string | undefined
  onChange: (change: Partial<ChannelDraft>) => void
}

/** Where a channel leads to; each kind has its own. */
export function ReceiverFields({ draft, host, hasSecret, missing, problem, onChange }: ReceiverFieldsProps) {
  const { t } = useText()
  if (draft.kind === 'in_app') return null
  if (draft.kind === 'email') {
    return (
      <Addresses
        value={draft.addresses}
        problem={
          problem ?? (missing === 'addresses' ? t('notifications.channel.addressesMissing') : undefined)
        }
        onChange={(addresses) => onChange({ addresses })}
      />
    )
  }
  return (
    <>
      {POSTED.has(draft.kind) && (
        <TextField
          label={t('notifications.channel.url')}
          hint={
            host === null
              ? t(`notifications.urlHint.${draft.kind}`)
              : t('notifications.channel.urlKept', { host })
          }
          problem={problem ?? (missing === 'url' ? t('notifications.channel.urlWrong') : undefined)}
          type="url"
          inputMode="url"
          className="mono"
          value={draft.url}
          maxLength={2000}
          autoComplete="off"
          spellCheck={false}
          required={host === null}
          onChange={(event) => onChange({ url: event.target.value })}
          data-testid="channel-url"
        />
      )}
      {(draft.kind === 'webhook' || draft.kind === 'dingtalk') && (
        <SecretFields
          draft={draft}
          host={host}
          hasSecret={hasSecret}
          missing={missing === 'secret'}
          onChange={onChange}
        />
      )}
      {TEMPLATED.has(draft.kind) && (
        <TemplateField
          value={draft.template}
          problem={undefined}
          onChange={(template) => onChange({ template })}
        />
      )}
    </>
  )
}

interface AddressesProps {
  value: string
  problem: string | undefined
  onChange: (value: string) => void
}

function Addresses({ value, problem, onChange }: AddressesProps) {
  const { t } = useText()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{t('notifications.channel.addresses')}</label>
      <textarea
        id={id}
        className="input notification-text"
        rows={3}
        inputMode="email"
        spellCheck={false}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-notes`}
        onChange={(event) => onChange(event.target.value)}
        data-testid="channel-addresses"
      />
      <div id={`${id}-notes`}>
        <p className="hint">{t('notifications.channel.addressesHint')}</p>
        {problem !== undefined && <FieldProblem text={problem} />}
      </div>
    </div>
  )
}

interface SecretFieldsProps {
  draft: ChannelDraft
  host: string | null
  hasSecret: boolean
  missing: boolean
  onChange: (change: Partial<ChannelDraft>) => void
}

/** Whether what is sent is signed. A secret goes in and never comes out again. */
function SecretFields({ draft, host, hasSecret, missing, onChange }: SecretFieldsProps) {
  const { t } = useText()
  const { kind, secretChoice } = draft
  const webhook = kind === 'webhook'
  const moved = leavesHost(draft, host)
  const choices: readonly SecretChoice[] = !hasSecret || moved ? ['new', 'none'] : ['keep', 'new', 'none']
  return (
    <>
      {host === null && webhook ? (
        <Check
          label={t('notifications.secret.sign')}
          hint={t('notifications.secret.signHint')}
          checked={secretChoice === 'new'}
          onChange={(sign) => onChange({ secretChoice: sign ? 'new' : 'none' })}
          testId="channel-sign"
        />
      ) : (
        <ChoiceField
          label={t('notifications.secret.label')}
          hint={moved ? t('notifications.secret.moved') : undefined}
          value={secretChoice}
          onChange={(choice) => onChange({ secretChoice: choice as SecretChoice })}
          testId="channel-secret-choice"
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {t(`notifications.secret.${webhook ? 'webhook' : 'dingtalk'}.${choice}`)}
            </option>
          ))}
        </ChoiceField>
      )}
      {kind === 'dingtalk' && secretChoice === 'new' && (
        <TextField
          label={t('notifications.secret.typed')}
          hint={t('notifications.secret.typedHint')}
          problem={missing ? t('expected.required') : undefined}
          type="password"
          autoComplete="off"
          maxLength={200}
          value={draft.secret}
          onChange={(event) => onChange({ secret: event.target.value })}
          data-testid="channel-secret"
        />
      )}
    </>
  )
}
