import type { CommandView } from '@osprey/core/api'
import { type FormEvent, useId, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { FieldProblem, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { readParameters } from './command-parameters.ts'
import { INTERVAL } from './use-devices.ts'

const LOOK = { queued: 'caution', succeeded: 'positive', failed: 'negative', expired: '' } as const

/** Commands to a device and what became of them. */
export function DeviceCommands({ path }: { path: string }) {
  const { t, format } = useText()
  const may = useMay()
  const { data, failed, retry } = usePolled<CommandView[]>(path, INTERVAL)
  return (
    <section className="card">
      <h2>{t('commands.title')}</h2>
      {may('commands:write') && <CommandForm path={path} onSent={retry} />}
      {data === null && failed && <Failed text={t('commands.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('commands.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('commands.none')}</p>}
      {data !== null && data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="table-scroll" tabIndex={0} aria-label={t('commands.title')}>
          <table className="table" data-testid="commands">
            <thead>
              <tr>
                <th scope="col">{t('commands.sentAt')}</th>
                <th scope="col">{t('commands.name')}</th>
                <th scope="col">{t('commands.status')}</th>
                <th scope="col">{t('commands.by')}</th>
                <th scope="col">{t('commands.result')}</th>
              </tr>
            </thead>
            <tbody>
              {data.map((command) => (
                <tr key={command.id}>
                  <td className="number">{format.dateTime(Date.parse(command.createdAt))}</td>
                  <td className="mono wrap">
                    {command.name} {command.parameters && JSON.stringify(command.parameters)}
                  </td>
                  <td>
                    <span className={`chip ${LOOK[command.status]}`}>
                      {t(`commands.state.${command.status}`)}
                    </span>
                    {command.status === 'queued' && (
                      <span className="refusal-detail number">
                        {t('commands.until', { time: format.dateTime(Date.parse(command.expiresAt)) })}
                      </span>
                    )}
                  </td>
                  <td>{command.requestedBy}</td>
                  <td className="mono wrap">
                    {command.result === null || command.result === undefined
                      ? ''
                      : JSON.stringify(command.result)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

function CommandForm({ path, onSent }: { path: string; onSent: () => void }) {
  const { t } = useText()
  const { request } = useWorkspace()
  const field = useId()
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [minutes, setMinutes] = useState('60')
  const { busy, error, attempt } = useAttempt()
  const parameters = readParameters(text)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!parameters.ok) return
    const body = { name, parameters: parameters.parameters, expiresInSeconds: Number(minutes) * 60 }
    if (!(await attempt(() => request(path, { method: 'POST', body })))) return
    setName('')
    setText('')
    onSent()
  }
  return (
    <form className="command-form" onSubmit={(event) => void submit(event)} data-testid="command-form">
      <TextField
        label={t('commands.name')}
        className="mono"
        value={name}
        required
        maxLength={64}
        pattern="[A-Za-z][A-Za-z0-9_.\-]{0,63}"
        title={t('commands.nameForm')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => setName(event.target.value)}
        data-testid="command-name"
      />
      <TextField
        label={t('commands.expires')}
        type="number"
        min={1}
        max={10080}
        value={minutes}
        required
        onChange={(event) => setMinutes(event.target.value)}
      />
      <div className="field command-parameters">
        <label htmlFor={field}>{t('commands.parameters')}</label>
        <textarea
          id={field}
          className="input text-area mono"
          rows={2}
          value={text}
          placeholder={'{"seconds": 60}'}
          spellCheck={false}
          aria-invalid={!parameters.ok}
          aria-describedby={parameters.ok ? undefined : `${field}-problem`}
          onChange={(event) => setText(event.target.value)}
          data-testid="command-parameters"
        />
        {!parameters.ok && <FieldProblem id={`${field}-problem`} text={t(`commands.${parameters.reason}`)} />}
      </div>
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy || !parameters.ok} data-testid="command-send">
          {t(busy ? 'devices.busy' : 'commands.send')}
        </Button>
      </div>
      {error !== null && <ProblemText error={error} />}
    </form>
  )
}
