import type { DeviceSecret } from '@osprey/core/api'
import { deviceTopic } from '@osprey/core/topics'
import { useState } from 'react'
import { OnceDialog } from '../handover/once-dialog.tsx'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { Icon } from '../ui/icons.tsx'
import { saveFile } from '../ui/save-file.ts'
import { type Broker, credentialsCsv, credentialsFileName } from './credentials.ts'
import './devices.css'

/** Secrets on the screen; the file holds all of them. */
const MOST_SHOWN = 100

interface CredentialsDialogProps {
  secrets: readonly DeviceSecret[]
  broker: Broker | null
  onDone: () => void
}

/** New secrets of devices, shown this once; many are kept in a file. */
export function CredentialsDialog({ secrets, broker, onDone }: CredentialsDialogProps) {
  const { t } = useText()
  const [taken, setTaken] = useState<'saved' | 'copied' | 'failed' | null>(null)
  const only = secrets.length === 1 ? secrets[0] : undefined
  const save = (): void => {
    saveFile(
      credentialsFileName(secrets, new Date()),
      'text/csv;charset=utf-8',
      credentialsCsv(secrets, broker),
    )
    setTaken('saved')
  }
  const copy = async (): Promise<void> => {
    const copied = await copyText(only?.secret ?? credentialsCsv(secrets, broker))
    setTaken(copied ? 'copied' : 'failed')
  }
  return (
    <OnceDialog
      title={t('credentials.title', { count: secrets.length })}
      safe={taken === 'saved' || taken === 'copied'}
      unsaved={t('credentials.unsaved')}
      // Of many, what was copied by hand may be one.
      onTaken={() => only !== undefined && setTaken('copied')}
      onDone={onDone}
      wide
      buttons={
        <>
          <Button icon="copy" onClick={() => void copy()} data-testid="credentials-copy">
            {t(only === undefined ? 'credentials.copyAll' : 'credentials.copySecret')}
          </Button>
          <Button look="primary" icon="download" onClick={save} data-testid="credentials-save">
            {t('credentials.save')}
          </Button>
        </>
      }
    >
      <p className="notice caution">
        <Icon name="warning" size={18} />
        {t('credentials.once')}
      </p>
      {only === undefined ? <ManySecrets secrets={secrets} /> : <OneSecret secret={only} broker={broker} />}
      <p className="hint" role="status" data-testid="credentials-taken">
        {taken !== null && t(`credentials.${taken}`)}
      </p>
    </OnceDialog>
  )
}

function OneSecret({ secret: { id, secret }, broker }: { secret: DeviceSecret; broker: Broker | null }) {
  const { t } = useText()
  return (
    <dl className="fact-list">
      <div>
        <dt>{t('credentials.user')}</dt>
        <dd className="mono">{id}</dd>
      </div>
      <div>
        <dt>{t('credentials.secret')}</dt>
        <dd className="mono" data-testid="credentials-secret">
          {secret}
        </dd>
      </div>
      {broker !== null && (
        <div>
          <dt>{t('credentials.broker')}</dt>
          <dd className="mono">
            {broker.tls ? 'mqtts' : 'mqtt'}://{broker.host}:{broker.port}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('credentials.topic')}</dt>
        <dd className="mono">{deviceTopic(id, 'observations')}</dd>
      </div>
    </dl>
  )
}

function ManySecrets({ secrets }: { secrets: readonly DeviceSecret[] }) {
  const { t, format } = useText()
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="field-errors" tabIndex={0} aria-label={t('credentials.list')}>
        <table className="table" data-testid="credentials-list">
          <thead>
            <tr>
              <th scope="col">{t('devices.column.id')}</th>
              <th scope="col">{t('credentials.secret')}</th>
            </tr>
          </thead>
          <tbody>
            {secrets.slice(0, MOST_SHOWN).map(({ id, secret }) => (
              <tr key={id}>
                <td className="mono wrap">{id}</td>
                <td className="mono wrap">{secret}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {secrets.length > MOST_SHOWN && (
        <p className="hint">{t('credentials.more', { n: format.number(secrets.length - MOST_SHOWN) })}</p>
      )}
    </>
  )
}
