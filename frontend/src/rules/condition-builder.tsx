import { type Condition, MAX_CONDITION_DEPTH, type Severity } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { ComparisonCard } from './comparison-card.tsx'
import { emptyComparison } from './comparison-edit.ts'
import { without, withSibling } from './definition-edit.ts'
import { useEditor } from './editor-context.ts'
import { Check, Choice } from './fields.tsx'
import type { Path } from './problems.tsx'

interface ConditionBuilderProps {
  node: Condition
  path: Path
  severity: Severity
  onChange: (node: Condition) => void
}

/** The whole tree; one comparison grows into a group when another is added. */
export function ConditionBuilder({ node, path, severity, onChange }: ConditionBuilderProps) {
  const { t } = useText()
  const { catalogue } = useEditor()
  const add = (): void => onChange(withSibling(node, another(node, catalogue.properties[0])))
  const group = node.kind === 'all' || node.kind === 'any'
  return (
    <div className="condition-builder" data-testid="condition-builder">
      <Node node={node} path={path} depth={1} number="" {...{ severity, onChange }} />
      {!group && (
        <Button small icon="plus" onClick={add} data-testid="add-condition">
          {t('rules.condition.add')}
        </Button>
      )}
    </div>
  )

  function another(beside: Condition, first: (typeof catalogue.properties)[number] | undefined): Condition {
    const like = beside.kind === 'comparison' ? catalogue.get(beside.measure.property) : first
    return emptyComparison(like ?? first)
  }
}

interface NodeProps extends ConditionBuilderProps {
  depth: number
  /** `2.1`, empty for the root. */
  number: string
  onRemove?: (() => void) | undefined
}

function Node({ node, path, depth, number, severity, onChange, onRemove }: NodeProps) {
  const { t } = useText()
  const negated = node.kind === 'not'
  const inner = negated ? node.condition : node
  const innerPath = negated ? [...path, 'condition'] : path
  const set = (next: Condition): void => onChange(negated ? { kind: 'not', condition: next } : next)
  const head = (number !== '' || negated) && (
    <div className="condition-head">
      {number !== '' && <h4>{t('rules.condition.number', { number })}</h4>}
      <Check
        label={t('rules.condition.not')}
        checked={negated}
        onChange={(not) => onChange(not ? { kind: 'not', condition: inner } : inner)}
      />
      {onRemove !== undefined && (
        <IconButton
          small
          icon="trash"
          look="quiet"
          label={t('rules.condition.remove', { number })}
          onClick={onRemove}
        />
      )}
    </div>
  )
  if (inner.kind === 'comparison') {
    return (
      <ComparisonCard comparison={inner} path={innerPath} severity={severity} onChange={set} head={head} />
    )
  }
  if (inner.kind === 'not') {
    // Twice turned round is only made outside of this form; taking one away leaves the other.
    return <Node {...{ node: inner, path: innerPath, depth, number, severity, onRemove }} onChange={set} />
  }
  return <Group group={inner} path={innerPath} onChange={set} {...{ depth, number, severity, head }} />
}

interface GroupProps extends Omit<NodeProps, 'node' | 'onRemove'> {
  group: Extract<Condition, { kind: 'all' | 'any' }>
  head: React.ReactNode
}

function Group({ group, path, depth, number, severity, onChange, head }: GroupProps) {
  const { t } = useText()
  const { catalogue } = useEditor()
  const numberOf = (index: number): string => (number === '' ? String(index + 1) : `${number}.${index + 1}`)
  const replace = (index: number, next: Condition): void =>
    onChange({ ...group, conditions: group.conditions.map((each, at) => (at === index ? next : each)) })
  const first = catalogue.properties[0]
  const like = (): Condition => {
    const last = group.conditions.at(-1)
    return emptyComparison(
      (last?.kind === 'comparison' ? catalogue.get(last.measure.property) : undefined) ?? first,
    )
  }
  return (
    <fieldset
      className={depth > 1 ? 'condition-group nested' : 'condition-group'}
      data-field={path.join('.')}
    >
      <legend className="visually-hidden">
        {number === '' ? t('rules.condition.group') : t('rules.condition.number', { number })}
      </legend>
      {head}
      <Choice
        label={t('rules.condition.how')}
        value={group.kind}
        path={[...path, 'kind']}
        onChange={(kind) => onChange({ ...group, kind })}
        testId="group-kind"
      >
        <option value="all">{t('rules.condition.all')}</option>
        <option value="any">{t('rules.condition.any')}</option>
      </Choice>
      <ol className="condition-list">
        {group.conditions.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
          <li key={index}>
            <Node
              node={each}
              path={[...path, 'conditions', index]}
              depth={depth + 1}
              number={numberOf(index)}
              severity={severity}
              onChange={(next) => replace(index, next)}
              onRemove={group.conditions.length > 1 ? () => onChange(without(group, index)) : undefined}
            />
            {index < group.conditions.length - 1 && (
              <p className="condition-link" aria-hidden="true">
                {t(group.kind === 'all' ? 'rules.condition.and' : 'rules.condition.or')}
              </p>
            )}
          </li>
        ))}
      </ol>
      <div className="doings-list">
        <Button
          small
          icon="plus"
          onClick={() => onChange({ ...group, conditions: [...group.conditions, like()] })}
          data-testid="add-condition"
        >
          {t('rules.condition.add')}
        </Button>
        {depth < MAX_CONDITION_DEPTH - 1 && (
          <Button
            small
            look="quiet"
            icon="plus"
            onClick={() =>
              onChange({
                ...group,
                conditions: [
                  ...group.conditions,
                  { kind: group.kind === 'all' ? 'any' : 'all', conditions: [like(), like()] },
                ],
              })
            }
          >
            {t('rules.condition.addGroup')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}
