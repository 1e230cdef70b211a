import type { RuleDefinition } from '../api/rules.ts'
import { chinese } from './sentence/chinese.ts'
import { english } from './sentence/english.ts'
import type { SentenceNames } from './sentence/words.ts'

/** What a definition means, in full: whoever reads it need not know the form it was entered with. */
export function sentenceOf(definition: RuleDefinition, names: SentenceNames): { en: string; zh: string } {
  return { en: english(definition, names), zh: chinese(definition, names) }
}
