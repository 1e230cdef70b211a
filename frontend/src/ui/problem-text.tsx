import type { FieldError } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { RequestError } from '../session/request.ts'
import { recognise } from './expected.ts'
import { Icon } from './icons.tsx'
import { useExpected } from './use-field-problems.ts'

/** A request that failed, in words, with what the server found wrong field by field. */
export function ProblemText({ error }: { error: unknown }) {
  const { t } = useText()
  const say = useExpected()
  const problem = error instanceof RequestError ? error.problem : null
  const status = error instanceof RequestError ? error.status : 0
  const first = problem?.errors?.[0]
  const known = first && recognise(first.expected)
  const text =
    (first && known && `${first.field}: ${say(first.expected)}`) ||
    problem?.detail ||
    problem?.title ||
    t(status === 0 ? 'problem.unreachable' : 'problem.other', { status })
  return (
    <div role="alert" data-testid="problem">
      <p className="notice negative">
        <Icon name="warning" size={18} />
        {text}
      </p>
      {problem?.errors && problem.errors.length > 0 && <FieldErrors errors={problem.errors} omitted={0} />}
    </div>
  )
}

/** Where, what was given, what is expected. */
export function FieldErrors({ errors, omitted }: { errors: readonly FieldError[]; omitted: number }) {
  const { t, format } = useText()
  const say = useExpected()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="field-errors" tabIndex={0} aria-label={t('problem.list')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="numeric">
              {t('problem.row')}
            </th>
            <th scope="col">{t('problem.field')}</th>
            <th scope="col">{t('problem.value')}</th>
            <th scope="col">{t('problem.expected')}</th>
          </tr>
        </thead>
        <tbody>
          {errors.map(({ row, field, value, expected }) => (
            <tr key={`${row} ${field} ${expected}`}>
              <td className="numeric">{row === undefined ? '' : format.number(row)}</td>
              <td className="mono">{field}</td>
              <td className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</td>
              <td>{say(expected)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {omitted > 0 && (
        <p className="menu-note">{t('problem.omitted', { count: omitted, n: format.number(omitted) })}</p>
      )}
    </section>
  )
}
