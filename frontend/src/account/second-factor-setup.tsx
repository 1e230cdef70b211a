import type { RecoveryCodesView, SecondFactorStart } from '@osprey/core/api/people'
import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useHandOver } from '../handover/use-hand-over.ts'
import { useText } from '../i18n/use-text.ts'
import { CodeField } from '../session/code-field.tsx'
import { Button } from '../ui/button.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { fieldProblems, isGeneral } from '../ui/field-problems.ts'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { CurrentPasswordField } from './current-password-field.tsx'
import { QrCode } from './qr-code.tsx'
import './account.css'

const PATH = '/api/session/second-factor'

interface SecondFactorSetupProps {
  username: string
  onDone: () => void
}

/** Scan and type the first code; the recovery codes are shown over whatever page comes next. */
export function SecondFactorSetup({ username, onDone }: SecondFactorSetupProps) {
  const { t } = useText()
  const { request } = useApp()
  const [start, setStart] = useState<SecondFactorStart | null>(null)
  const handOver = useHandOver()
  const [code, setCode] = useState('')
  const { busy, error, attempt } = useAttempt()
  if (start === null) return <Begin username={username} onStart={setStart} />
  const confirm = (event: FormEvent): void => {
    event.preventDefault()
    void attempt(async () => {
      const view = await request<RecoveryCodesView>(`${PATH}/confirm`, { method: 'POST', body: { code } })
      handOver({ kind: 'recovery', username, codes: view.recoveryCodes })
      onDone()
    })
  }
  return (
    <form className="second-factor" onSubmit={confirm} data-testid="second-factor-form">
      <p>{t('secondFactor.scan')}</p>
      <QrCode text={start.uri} label={t('secondFactor.qr')} />
      <CopyField label={t('secondFactor.secret')} value={start.secret} testId="second-factor-secret" />
      <CodeField
        kind="code"
        value={code}
        onChange={setCode}
        problem={fieldProblems(error).has('code') ? t('login.problem.codeWrong') : undefined}
      />
      {isGeneral(error, ['code']) && <ProblemText error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy}>
          {t('secondFactor.confirm')}
        </Button>
      </div>
    </form>
  )
}

interface BeginProps {
  username: string
  onStart: (start: SecondFactorStart) => void
}

/** Nobody but the person puts a telephone in: the password is asked for, where it was the way in. */
function Begin({ username, onStart }: BeginProps) {
  const { t } = useText()
  const { request, session } = useApp()
  const now = useObservable(session.session)
  const asks = now.phase === 'signed-in' && now.user.hasPassword && !now.singleSignOn
  const { busy, error, attempt } = useAttempt()
  const begin = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const body = asks ? { current: String(new FormData(event.currentTarget).get('current')) } : {}
    void attempt(async () => onStart(await request<SecondFactorStart>(PATH, { method: 'POST', body })))
  }
  return (
    <form className="card-form" onSubmit={begin} data-testid="second-factor-begin">
      {asks && <p>{t('secondFactor.passwordFirst')}</p>}
      {asks && <CurrentPasswordField username={username} wrong={fieldProblems(error).has('current')} />}
      {isGeneral(error, ['current']) && <ProblemText error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy}>
          {t('secondFactor.begin')}
        </Button>
      </div>
    </form>
  )
}
