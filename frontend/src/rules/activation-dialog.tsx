import type { RuleView } from '@osprey/core/api/rules'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { longestWindow } from './definition-edit.ts'
import { useDuration } from './fields.tsx'

interface ActivationDialogProps {
  rule: RuleView
  onChanged: (rule: RuleView) => void
  onClose: () => void
}

export const pathOfRule = (id: string): string => `/api/rules/${encodeURIComponent(id)}`

/** Says what switching a rule on or off does, before it is done. */
export function ActivationDialog({ rule, onChanged, onClose }: ActivationDialogProps) {
  const { t, format } = useText()
  const { request } = useApp()
  const duration = useDuration()
  const { active, definition, firing, pending, stations } = rule
  const open = firing + pending
  const window = longestWindow(definition)
  return (
    <ConfirmDialog
      title={t(active ? 'rules.deactivate.title' : 'rules.activate.title', { name: definition.name })}
      confirm={t(active ? 'rules.deactivate.do' : 'rules.activate.do')}
      look={active ? 'danger' : 'primary'}
      onConfirm={async () => {
        const body = { active: !active, version: rule.version }
        onChanged(await request<RuleView>(pathOfRule(rule.id), { method: 'PATCH', body }))
      }}
      onClose={onClose}
    >
      {active ? (
        <>
          <p>
            {open === 0
              ? t('rules.deactivate.nothingOpen')
              : t('rules.deactivate.open', { count: open, n: format.number(open) })}
          </p>
          <p className="row-note">{t('rules.deactivate.kept')}</p>
        </>
      ) : (
        <>
          <p>{t('rules.activate.reach', { count: stations, n: format.number(stations) })}</p>
          <p className="row-note">
            {window > 0 ? t('rules.activate.warm', { time: duration(window) }) : t('rules.activate.now')}
          </p>
          {rule.problems.length > 0 && (
            <p className="rule-problem">
              {t('rules.problems', { count: rule.problems.length, n: format.number(rule.problems.length) })}
            </p>
          )}
        </>
      )}
    </ConfirmDialog>
  )
}
