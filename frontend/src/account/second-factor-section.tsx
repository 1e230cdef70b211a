import type { RecoveryCodesView, SessionView } from '@osprey/core/api/people'
import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import { CodeField } from '../session/code-field.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { fieldProblems, isGeneral } from '../ui/field-problems.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { SecondFactorSetup } from './second-factor-setup.tsx'

interface SecondFactorSectionProps {
  username: string
  state: SessionView['secondFactor']
}

type Open = 'setup' | 'disable' | 'renew' | null

export function SecondFactorSection({ username, state }: SecondFactorSectionProps) {
  const { t } = useText()
  const { session } = useApp()
  const [open, setOpen] = useState<Open>(null)
  const close = (): void => {
    setOpen(null)
    void session.check()
  }
  return (
    <section className="card" aria-labelledby="second-factor-heading">
      <h2 id="second-factor-heading">
        {t('secondFactor.title')}{' '}
        <span className={`chip ${state === 'on' ? 'positive' : ''}`} data-testid="second-factor-state">
          {t(state === 'on' ? 'secondFactor.on' : 'secondFactor.off')}
        </span>
      </h2>
      <p className="card-empty">{t('secondFactor.explain')}</p>
      <div className="actions">
        {state === 'on' ? (
          <>
            <Button icon="key" onClick={() => setOpen('renew')}>
              {t('secondFactor.renew')}
            </Button>
            <Button look="danger" onClick={() => setOpen('disable')} data-testid="second-factor-disable">
              {t('secondFactor.disable')}
            </Button>
          </>
        ) : (
          <Button
            look="primary"
            icon="key"
            onClick={() => setOpen('setup')}
            data-testid="second-factor-setup"
          >
            {t('secondFactor.enable')}
          </Button>
        )}
      </div>
      {open === 'setup' && (
        <Dialog title={t('secondFactor.enable')} onClose={close}>
          <SecondFactorSetup username={username} onDone={close} />
        </Dialog>
      )}
      {open === 'disable' && <DisableDialog onClose={close} />}
      {open === 'renew' && <RenewDialog username={username} onClose={close} />}
    </section>
  )
}

function DisableDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const { request } = useApp()
  return (
    <Dialog title={t('secondFactor.disable')} onClose={onClose}>
      <ProofForm
        text={t('secondFactor.disableExplain')}
        submit={t('secondFactor.disable')}
        send={async (code) => {
          await request('/api/session/second-factor/disable', { method: 'POST', body: { code } })
          onClose()
        }}
        onClose={onClose}
      />
    </Dialog>
  )
}

function RenewDialog({ username, onClose }: { username: string; onClose: () => void }) {
  const { t } = useText()
  const { request } = useApp()
  const handOver = useHandOver()
  return (
    <Dialog title={t('secondFactor.renew')} onClose={onClose}>
      <ProofForm
        text={t('secondFactor.renewExplain')}
        submit={t('secondFactor.renew')}
        send={async (code) => {
          const view = await request<RecoveryCodesView>('/api/session/second-factor/recovery-codes', {
            method: 'POST',
            body: { code },
          })
          handOver({ kind: 'recovery', username, codes: view.recoveryCodes })
          onClose()
        }}
        onClose={onClose}
      />
    </Dialog>
  )
}

interface ProofFormProps {
  text: string
  submit: string
  send: (code: string) => Promise<void>
  onClose: () => void
}

/** A current code shows that it is still the same person. */
function ProofForm({ text, submit, send, onClose }: ProofFormProps) {
  const { t } = useText()
  const [code, setCode] = useState('')
  const { busy, error, attempt } = useAttempt()
  const proceed = (event: FormEvent): void => {
    event.preventDefault()
    void attempt(() => send(code))
  }
  return (
    <form className="card-form" onSubmit={proceed} data-testid="proof-form">
      <p>{text}</p>
      <CodeField
        kind="either"
        value={code}
        onChange={setCode}
        problem={fieldProblems(error).has('code') ? t('login.problem.codeWrong') : undefined}
      />
      {isGeneral(error, ['code']) && <ProblemText error={error} />}
      <div className="actions">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button type="submit" look="primary" disabled={busy}>
          {submit}
        </Button>
      </div>
    </form>
  )
}
