import type { RuleVersionView, RuleView } from '@osprey/core/api/rules'
import type { Territory } from '../territory/territory.ts'
import type { RuleReach } from './reach.ts'
import type { RuleFigures } from './rule-figures.ts'
import type { RuleRecord } from './rule-record.ts'
import type { RuleVersionRow } from './rules.ts'
import type { Sentence } from './sentences.ts'
import { type JudgedPlace, unknownStations } from './unknown-stations.ts'
import { definitionWithin } from './within-territory.ts'

/** Rules as people look at them. What lies outside the territory is as if it were not there. */
export class RuleViews {
  constructor(
    private readonly reach: RuleReach,
    private readonly figures: RuleFigures,
    private readonly sentence: Sentence,
    /** Where an error of the program was met in judging these rules. */
    private readonly faulty: (rules: ReadonlySet<string>) => Iterable<JudgedPlace>,
  ) {}

  async list(rules: readonly RuleRecord[], territory: Territory): Promise<RuleView[]> {
    const figures = await this.figures.of(
      rules.map(({ id }) => id),
      territory,
    )
    const faulty = unknownStations(this.faulty(new Set(rules.map(({ id }) => id))), territory)
    return rules.map((rule) => {
      const definition = definitionWithin(rule.definition, territory)
      const summary = this.reach.summary(rule, territory)
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
        ...summary,
        problems: [...summary.problems, ...faultProblems(faulty(rule.id).unknownTotal)],
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

function faultProblems(stations: number): RuleView['problems'] {
  if (stations === 0) return []
  return [
    {
      en: `an internal error stopped a judgement at ${stations} ${stations === 1 ? 'station' : 'stations'}; the log of the backend says which`,
      zh: `${stations} 个站点的判定因内部错误中断，详见后端日志`,
    },
  ]
}
