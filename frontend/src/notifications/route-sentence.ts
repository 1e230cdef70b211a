import type { RouteView } from '@osprey/core/api/notifications'
import type { TFunction } from 'i18next'
import { type Language, LOCALE } from '../i18n/language.ts'

export interface RouteNames {
  channel: (id: string) => string
  jurisdiction: (id: string) => string
  rule: (id: string) => string
}

interface Words {
  t: TFunction
  language: Language
  duration: (seconds: number) => string
}

/** More names than these are only counted. */
const MOST = 3

/** A route in one sentence: which alerts, to whom, together with which others, how often. */
export function routeSentence(
  route: Pick<
    RouteView,
    | 'severity'
    | 'jurisdictions'
    | 'rules'
    | 'channels'
    | 'roles'
    | 'groupBy'
    | 'repeatSeconds'
    | 'quietHours'
    | 'resolved'
  >,
  names: RouteNames,
  { t, language, duration }: Words,
): string {
  const named = (nameOf: (id: string) => string) => (id: string) =>
    t('notifications.sentence.named', { name: nameOf(id) })
  const both = new Intl.ListFormat(LOCALE[language], { type: 'conjunction' })
  const either = new Intl.ListFormat(LOCALE[language], { type: 'disjunction' })
  const listed = (all: readonly string[], format: Intl.ListFormat): string => {
    const rest = all.length - MOST
    return format.format(
      rest > 1 ? [...all.slice(0, MOST), t('notifications.sentence.more', { count: rest, n: rest })] : all,
    )
  }
  const places = listed((route.jurisdictions ?? []).map(named(names.jurisdiction)), either)
  const rules = listed((route.rules ?? []).map(named(names.rule)), either)
  const receivers = [
    ...route.channels.map(named(names.channel)),
    ...route.roles.map((role) => t(`notifications.sentence.role.${role}`)),
  ]
  const what = t(`notifications.sentence.severity.${route.severity}`)
  const reach =
    (places && t('notifications.sentence.within', { places })) +
    (rules && t('notifications.sentence.ofRules', { rules }))
  const by = route.groupBy.map((part) => t(`notifications.sentence.group.${part}`))
  const parts = [
    t('notifications.sentence.main', {
      what: t('notifications.sentence.what', { what, reach }),
      whom: listed(receivers, both),
    }),
    by.length === 0
      ? t('notifications.sentence.together')
      : t('notifications.sentence.grouped', { by: both.format(by) }),
    route.repeatSeconds === null
      ? t('notifications.sentence.once')
      : t('notifications.sentence.repeats', { every: duration(route.repeatSeconds) }),
  ]
  if (!route.resolved) parts.push(t('notifications.sentence.notWhenOver'))
  if (route.quietHours !== null) {
    const { except } = route.quietHours
    parts.push(
      except === null
        ? t('notifications.sentence.quiet')
        : t('notifications.sentence.quietExcept', {
            severity: t(`notifications.sentence.severity.${except}`),
          }),
    )
  }
  return t('notifications.sentence.whole', { parts: parts.join(t('notifications.sentence.comma')) })
}
