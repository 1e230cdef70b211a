import { useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Age } from '../ui/age.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { saveFile } from '../ui/save-file.ts'
import { useAttempt } from '../ui/use-attempt.ts'
import type { AuditReading } from './use-audit.ts'

const SHORT = 12
const KEY_FILE = 'osprey-audit-key.pem'

/** How long the chain is, its head, and when a head was last signed and written outside the database. */
export function ChainCard({ state }: { state: NonNullable<AuditReading['state']> }) {
  const { t, format } = useText()
  const { request } = useWorkspace()
  const { error, attempt } = useAttempt()
  const { head, signed, trouble } = state
  const saveKey = async (): Promise<void> => {
    const { publicKey } = await request<{ publicKey: string }>('/api/audit/key')
    saveFile(KEY_FILE, 'application/x-pem-file', publicKey)
  }
  return (
    <section className="card chain" aria-label={t('audit.chain')} data-testid="audit-chain">
      {trouble !== null && (
        <p className="notice negative" role="alert" data-testid="audit-trouble">
          <Icon name="warning" size={18} />
          <span>
            {t('audit.trouble')} <span className="mono wrap">{trouble}</span>
          </span>
        </p>
      )}
      <dl className="fact-list">
        <div>
          <dt>{t('audit.count')}</dt>
          <dd className="number" data-testid="audit-count">
            {format.number(head.sequence)}
          </dd>
        </div>
        <div>
          <dt>{t('audit.head')}</dt>
          <dd>
            <Hash hash={head.hash} name={t('audit.head')} />
          </dd>
        </div>
        <div>
          <dt>{t('audit.signed')}</dt>
          <dd data-testid="audit-signed">
            {signed === null ? (
              t('audit.unsigned')
            ) : (
              <>
                <Age time={signed.time} /> · {t('audit.upTo', { n: format.number(signed.sequence) })}
              </>
            )}
          </dd>
        </div>
        {signed !== null && (
          <div>
            <dt>{t('audit.key')}</dt>
            <dd className="mono">{signed.key}</dd>
          </div>
        )}
      </dl>
      <div className="chain-export">
        <p>{t('audit.verify')}</p>
        <code className="chain-command wrap">
          npm run audit:verify -- osprey-audit-1-{head.sequence}.ndjson --heads osprey-audit-heads.jsonl --key{' '}
          {KEY_FILE}
        </code>
        <div className="actions">
          <Button icon="download" onClick={() => void attempt(saveKey)} data-testid="audit-key">
            {t('audit.publicKey')}
          </Button>
          <a className="button" href="/api/audit/heads" download data-testid="audit-heads">
            <Icon name="download" size={18} />
            {t('audit.heads')}
          </a>
          <a className="button primary" href="/api/audit/export" download data-testid="audit-export">
            <Icon name="download" size={18} />
            {t('audit.export')}
          </a>
        </div>
      </div>
      {error !== null && <ProblemText error={error} />}
    </section>
  )
}

/** The beginning of a hash, with all of it to copy. */
export function Hash({ hash, name }: { hash: string; name: string }) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)
  return (
    <span className="hash">
      <code title={hash}>{hash.slice(0, SHORT)}…</code>
      <IconButton
        small
        look="quiet"
        icon={copied ? 'check' : 'copy'}
        label={t('audit.copy', { name })}
        onClick={() => void copyText(hash).then(setCopied)}
      />
      <span className="visually-hidden" role="status">
        {copied ? t('action.copied') : ''}
      </span>
    </span>
  )
}
