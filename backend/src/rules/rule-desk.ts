import type { PreviewView, RuleDefinition } from '@osprey/core/api/rules'
import type { Territory } from '../territory/territory.ts'
import { checkDefinition, type Referred } from './check-definition.ts'
import type { RuleReach } from './reach.ts'
import type { RuleViews } from './rule-views.ts'
import type { Rules } from './rules.ts'
import type { Sentence } from './sentences.ts'
import { definitionWithin } from './within-territory.ts'

const STATIONS_LISTED = 1000

/** The rules as far as HTTP needs them. */
export class RuleDesk {
  constructor(
    readonly rules: Rules,
    readonly views: RuleViews,
    readonly sentence: Sentence,
    private readonly reach: RuleReach,
    private readonly referred: Referred,
  ) {}

  /** What a definition would apply to now. @throws ProblemException 400 as when it were saved */
  preview(
    wanted: { jurisdiction: string | null; definition: RuleDefinition },
    territory: Territory,
  ): PreviewView {
    checkDefinition(wanted, territory, this.referred)
    const { definition } = wanted
    const reach = this.reach.of(wanted, territory)
    return {
      sentence: this.sentence(definitionWithin(definition, territory)),
      ...this.reach.preview(definition, reach, STATIONS_LISTED),
    }
  }
}
