import type { RuleVersionView, RuleView } from '@osprey/core/api/rules'
import type { Territory } from '../territory/territory.ts'
import type { RuleReach } from './reach.ts'
import type { RuleFigures } from './rule-figures.ts'
import type { RuleRecord } from './rule-record.ts'
import type { RuleVersionRow } from './rules.ts'
import type { Sentence } from './sentences.ts'
import { definitionWithin } from './within-territory.ts'

/** Rules as people look at them. What lies outside the territory is as if it were not there. */
export class RuleViews {
  constructor(
    private readonly reach: RuleReach,
    private readonly figures: RuleFigures,
    private readonly sentence: Sentence,
  ) {}

  async list(rules: readonly RuleRecord[], territory: Territory): Promise<RuleView[]> {
    const figures = await this.figures.of(
      rules.map(({ id }) => id),
      territory,
    )
    return rules.map((rule) => {
      const definition = definitionWithin(rule.definition, territory)
      return {
        id: rule.id,
        jurisdiction: rule.jurisdiction,
        active: rule.active,
        version: rule.version,
        definition,
        sentence: this.sentence(definition),
        createdBy: rule.createdBy,
        createdAt: rule.createdAt.toISOString(),
        updatedBy: rule.updatedBy,
        updatedAt: rule.updatedAt.toISOString(),
        ...this.reach.summary(rule, territory),
        ...figures(rule.id),
      }
    })
  }

  async one(rule: RuleRecord, territory: Territory): Promise<RuleView> {
    const [view] = await this.list([rule], territory)
    return view as RuleView
  }

  version({ version, definition, note, author, at }: RuleVersionRow, territory: Territory): RuleVersionView {
    const shown = definitionWithin(definition, territory)
    return { version, definition: shown, sentence: this.sentence(shown), note, author, at: at.toISOString() }
  }
}
