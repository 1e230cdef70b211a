import type { RuleView, Severity } from '@osprey/core/api/rules'

export const RULE_STATES = ['active', 'inactive', 'firing', 'problems'] as const
export type RuleState = (typeof RULE_STATES)[number]

export interface RuleFilter {
  text: string
  severity: Severity | ''
  state: RuleState | ''
}

export const ALL_RULES: RuleFilter = { text: '', severity: '', state: '' }

/** The rules that match, those that fire first, then by name. */
export function filterRules(
  rules: readonly RuleView[],
  filter: RuleFilter,
  language: 'en' | 'zh',
): RuleView[] {
  const words = filter.text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  const { compare } = new Intl.Collator(language, { numeric: true })
  return rules
    .filter((rule) => {
      if (filter.severity !== '' && rule.definition.severity !== filter.severity) return false
      if (filter.state !== '' && !isIn(rule, filter.state)) return false
      const text = `${rule.id}\n${rule.definition.name}\n${rule.sentence.en}\n${rule.sentence.zh}`
        .normalize('NFKC')
        .toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort(
      (a, b) =>
        Number(b.firing > 0) - Number(a.firing > 0) ||
        Number(b.active) - Number(a.active) ||
        compare(a.definition.name, b.definition.name),
    )
}

function isIn(rule: RuleView, state: RuleState): boolean {
  switch (state) {
    case 'active':
      return rule.active
    case 'inactive':
      return !rule.active
    case 'firing':
      return rule.firing > 0
    case 'problems':
      return rule.problems.length > 0 || rule.unknownTotal > 0
  }
}
