import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import type { ChannelView } from '@osprey/core/api/notifications'
import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { ROLES } from '@osprey/core/permissions'
import { useText } from '../i18n/use-text.ts'
import { Check, Checks, Choice, DurationField } from '../rules/fields.tsx'
import { useFind } from '../rules/places.ts'
import { Intervals, ZoneChoice } from '../rules/schedule-section.tsx'
import { SearchPicker } from '../rules/search-picker.tsx'
import { FieldProblem } from '../ui/text-field.tsx'
import { NIGHT, type RouteDraft, USUAL_REPEAT, usualQuietHours } from './route-draft.ts'
import type { RuleName } from './use-rule-names.ts'

interface PartProps {
  draft: RouteDraft
  onChange: (change: Partial<RouteDraft>) => void
}

interface ReachFieldsProps extends PartProps {
  areas: readonly JurisdictionView[]
  rules: readonly RuleName[]
}

/** Which alerts. */
export function ReachFields({ draft, areas, rules, onChange }: ReachFieldsProps) {
  const { t } = useText()
  const findArea = useFind(areas)
  const findRule = useFind(rules)
  return (
    <fieldset className="form-part">
      <legend>{t('notifications.route.which')}</legend>
      <Choice
        label={t('notifications.route.severity')}
        value={draft.severity}
        path={['severity']}
        onChange={(severity: Severity) => onChange({ severity })}
        testId="route-severity"
      >
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {t(`notifications.atLeast.${severity}`)}
          </option>
        ))}
      </Choice>
      <div className="form-pair">
        <SearchPicker
          label={t('notifications.route.jurisdictions')}
          hint={t('notifications.route.jurisdictionsHint')}
          chosen={draft.jurisdictions ?? []}
          find={findArea}
          nameOf={(id) => areas.find((each) => each.id === id)?.name ?? id}
          onChange={(chosen) => onChange({ jurisdictions: chosen.length === 0 ? null : chosen })}
          path={['jurisdictions']}
          testId="route-jurisdictions"
        />
        <SearchPicker
          label={t('notifications.route.rules')}
          hint={t('notifications.route.rulesHint')}
          chosen={draft.rules ?? []}
          find={findRule}
          nameOf={(id) => rules.find((each) => each.id === id)?.name ?? id}
          onChange={(chosen) => onChange({ rules: chosen.length === 0 ? null : chosen })}
          path={['rules']}
          testId="route-rules"
        />
      </div>
    </fieldset>
  )
}

interface ReceiversFieldsProps extends PartProps {
  channels: readonly ChannelView[]
  missing: boolean
}

/** To whom. */
export function ReceiversFields({ draft, channels, missing, onChange }: ReceiversFieldsProps) {
  const { t } = useText()
  const options = channels.map(({ id, name, enabled }) => ({
    value: id,
    text: enabled ? name : t('notifications.route.offNamed', { name }),
  }))
  return (
    <fieldset className="form-part">
      <legend>{t('notifications.route.whom')}</legend>
      {channels.length === 0 ? (
        <p className="row-note">{t('notifications.route.noChannels')}</p>
      ) : (
        <Checks
          label={t('notifications.tab.channels')}
          options={options}
          chosen={draft.channels}
          onChange={(chosen) => onChange({ channels: chosen })}
          path={['channels']}
        />
      )}
      <Checks
        label={t('notifications.route.roles')}
        hint={t('notifications.route.rolesHint')}
        options={ROLES.map((role) => ({ value: role, text: t(`role.${role}`) }))}
        chosen={draft.roles}
        onChange={(roles) => onChange({ roles })}
        path={['roles']}
      />
      {missing && <FieldProblem text={t('notifications.route.missing.receivers')} />}
    </fieldset>
  )
}

/** Together with which others, how soon, how often, and when not. */
export function TimingFields({ draft, onChange }: PartProps) {
  const { t } = useText()
  const { repeatSeconds } = draft
  return (
    <fieldset className="form-part">
      <legend>{t('notifications.route.how')}</legend>
      <Checks
        label={t('notifications.route.groupBy')}
        hint={t('notifications.route.groupByHint')}
        options={(['site', 'jurisdiction', 'rule'] as const).map((value) => ({
          value,
          text: t(`notifications.route.by.${value}`),
        }))}
        chosen={draft.groupBy}
        onChange={(groupBy) => onChange({ groupBy })}
        path={['groupBy']}
      />
      <div className="form-pair">
        <DurationField
          label={t('notifications.route.wait')}
          hint={t('notifications.route.waitHint')}
          seconds={draft.groupWaitSeconds}
          units={['s', 'min', 'h']}
          path={['groupWaitSeconds']}
          onChange={(groupWaitSeconds) => onChange({ groupWaitSeconds })}
        />
        <DurationField
          label={t('notifications.route.interval')}
          hint={t('notifications.route.intervalHint')}
          seconds={draft.groupIntervalSeconds}
          path={['groupIntervalSeconds']}
          onChange={(groupIntervalSeconds) => onChange({ groupIntervalSeconds })}
        />
      </div>
      <Check
        label={t('notifications.route.repeat')}
        checked={repeatSeconds !== null}
        onChange={(repeat) => onChange({ repeatSeconds: repeat ? USUAL_REPEAT : null })}
      />
      {repeatSeconds !== null && (
        <div className="form-below">
          <DurationField
            label={t('notifications.route.every')}
            hint={t('notifications.route.everyHint')}
            seconds={repeatSeconds}
            units={['min', 'h', 'd']}
            path={['repeatSeconds']}
            onChange={(seconds) => onChange({ repeatSeconds: seconds })}
          />
        </div>
      )}
      <Check
        label={t('notifications.route.resolved')}
        checked={draft.resolved}
        onChange={(resolved) => onChange({ resolved })}
      />
      <QuietFields draft={draft} onChange={onChange} />
    </fieldset>
  )
}

function QuietFields({ draft, onChange }: PartProps) {
  const { t, format } = useText()
  const quiet = draft.quietHours
  const set = (part: Partial<NonNullable<RouteDraft['quietHours']>>): void => {
    if (quiet !== null) onChange({ quietHours: { ...quiet, ...part } })
  }
  return (
    <>
      <Check
        label={t('notifications.route.quiet')}
        hint={t('notifications.route.quietHint')}
        checked={quiet !== null}
        onChange={(on) => onChange({ quietHours: on ? usualQuietHours(format.timeZone) : null })}
        testId="route-quiet"
      />
      {quiet !== null && (
        <div className="form-below form-stack">
          <Intervals
            schedule={quiet.schedule}
            added={NIGHT}
            path={['quietHours', 'schedule']}
            onChange={(schedule) => set({ schedule })}
          />
          <div className="form-pair">
            <ZoneChoice
              value={quiet.timeZone}
              path={['quietHours', 'timeZone']}
              onChange={(timeZone) => set({ timeZone })}
            />
            <Choice
              label={t('notifications.route.except')}
              value={quiet.except ?? ''}
              path={['quietHours', 'except']}
              onChange={(except: Severity | '') => set({ except: except === '' ? null : except })}
              testId="route-except"
            >
              <option value="">{t('notifications.route.noException')}</option>
              {[...SEVERITIES].reverse().map((severity) => (
                <option key={severity} value={severity}>
                  {t(`notifications.atLeast.${severity}`)}
                </option>
              ))}
            </Choice>
          </div>
        </div>
      )}
    </>
  )
}
