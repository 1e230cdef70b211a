import type { AuditEntry } from '@osprey/core/api/audit'
import { Fragment, useId, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Icon } from '../ui/icons.tsx'
import { Hash } from './chain-card.tsx'
import { type Difference, differences, valueText } from './difference.ts'

/** A geometry has thousands of numbers. */
const MOST_DIFFERENCES = 200

/** Entries of the log, newest first; each opens to what changed and its place in the chain. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const { t } = useText()
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = (sequence: number): void => {
    const next = new Set(open)
    if (!next.delete(sequence)) next.add(sequence)
    setOpen(next)
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="table-scroll" tabIndex={0} aria-label={t('audit.entries')}>
      <table className="table audit-table" data-testid="audit-entries">
        <thead>
          <tr>
            <th scope="col">{t('audit.time')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('audit.actionLabel')}</th>
            <th scope="col">{t('audit.object')}</th>
            <th scope="col">{t('audit.address')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry
              key={entry.sequence}
              entry={entry}
              open={open.has(entry.sequence)}
              onToggle={() => toggle(entry.sequence)}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface EntryProps {
  entry: AuditEntry
  open: boolean
  onToggle: () => void
}

function Entry({ entry, open, onToggle }: EntryProps) {
  const { t, format } = useText()
  const details = useId()
  const { time, actor, action, object, address } = entry
  return (
    <Fragment>
      <tr data-testid="audit-entry" data-action={action}>
        <td>
          <button
            type="button"
            className="audit-open number"
            aria-expanded={open}
            aria-controls={open ? details : undefined}
            onClick={onToggle}
          >
            <Icon name={open ? 'up' : 'down'} size={16} />
            <time dateTime={time}>{format.dateTime(Date.parse(time))}</time>
          </button>
        </td>
        <td className="wrap">
          {actor.name !== '' && <span className="audit-actor">{actor.name}</span>}
          <span className="hint">{t(`audit.kind.${actor.kind}`)}</span>
        </td>
        <td>{t(`audit.action.${action}`)}</td>
        <td className="mono wrap">{object === null ? '—' : object.id}</td>
        <td className="mono">{address === '' ? '—' : address}</td>
      </tr>
      {open && (
        <tr className="audit-details">
          <td colSpan={5} id={details} data-testid="audit-details">
            <Details entry={entry} />
          </td>
        </tr>
      )}
    </Fragment>
  )
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t, format } = useText()
  const found = differences(entry.before, entry.after)
  return (
    <>
      {found.length === 0 ? (
        <p className="card-empty">{t('audit.noChange')}</p>
      ) : (
        <table className="table difference">
          <thead>
            <tr>
              <th scope="col">{t('audit.field')}</th>
              <th scope="col">{t('audit.before')}</th>
              <th scope="col">{t('audit.after')}</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, MOST_DIFFERENCES).map((difference) => (
              <Changed key={difference.path.join('\u0000')} difference={difference} />
            ))}
          </tbody>
        </table>
      )}
      {found.length > MOST_DIFFERENCES && (
        <p className="hint">
          {t('problem.omitted', {
            count: found.length - MOST_DIFFERENCES,
            n: format.number(found.length - MOST_DIFFERENCES),
          })}
        </p>
      )}
      <dl className="fact-list">
        <div>
          <dt>{t('audit.sequence')}</dt>
          <dd className="number">{format.number(entry.sequence)}</dd>
        </div>
        <div>
          <dt>{t('audit.actionId')}</dt>
          <dd className="mono">{entry.action}</dd>
        </div>
        {entry.object !== null && (
          <div>
            <dt>{t('audit.objectKind')}</dt>
            <dd className="mono">{entry.object.kind}</dd>
          </div>
        )}
        <div>
          <dt>{t('audit.hash')}</dt>
          <dd>
            <Hash hash={entry.hash} name={t('audit.hash')} />
          </dd>
        </div>
        <div>
          <dt>{t('audit.previous')}</dt>
          <dd>
            <Hash hash={entry.previous} name={t('audit.previous')} />
          </dd>
        </div>
      </dl>
    </>
  )
}

function Changed({ difference: { path, kind, before, after } }: { difference: Difference }) {
  const { t } = useText()
  return (
    <tr data-kind={kind}>
      <th scope="row" className="mono wrap">
        {path.length === 0 ? t('audit.whole') : path.join('.')}
      </th>
      <td className="mono wrap">{kind === 'added' ? '—' : <del>{valueText(before)}</del>}</td>
      <td className="mono wrap">{kind === 'removed' ? '—' : <ins>{valueText(after)}</ins>}</td>
    </tr>
  )
}
