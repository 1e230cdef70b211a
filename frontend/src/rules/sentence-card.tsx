import { sentenceOf } from '@osprey/core/alerting/sentence'
import type { SentenceNames } from '@osprey/core/alerting/sentence/words'
import { type RuleDefinition, ruleDefinition } from '@osprey/core/api/rules'
import { useMemo } from 'react'
import { useText } from '../i18n/use-text.ts'

/** What the form means so far, in both languages; null while a part is missing that the sentence needs. */
export function useSentence(
  definition: RuleDefinition,
  names: SentenceNames,
): { en: string; zh: string } | null {
  return useMemo(() => {
    // The name is not part of what it means.
    const parsed = ruleDefinition.safeParse({ ...definition, name: definition.name.trim() || '-' })
    return parsed.success ? sentenceOf(parsed.data, names) : null
  }, [definition, names])
}

export function SentenceCard({ sentence }: { sentence: { en: string; zh: string } | null }) {
  const { t, language } = useText()
  const order = language === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const)
  return (
    <section className="card sentence-card" aria-label={t('rules.sentence.title')} data-testid="sentence">
      <h2>{t('rules.sentence.title')}</h2>
      {sentence === null ? (
        <p className="card-empty">{t('rules.sentence.incomplete')}</p>
      ) : (
        order.map((each, at) => (
          <p
            key={each}
            lang={each === 'zh' ? 'zh-CN' : 'en'}
            className={at === 0 ? 'sentence' : 'sentence other'}
          >
            {sentence[each]}
          </p>
        ))
      )}
    </section>
  )
}
