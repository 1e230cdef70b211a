import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type Formatter, formatterOf } from './format.ts'
import type { Language } from './language.ts'

export interface Text {
  t: TFunction
  language: Language
  format: Formatter
  /** The fitting half of a bilingual name from the catalogue. */
  say: (name: { en: string; zh: string }) => string
}

/** Everything a component needs to speak the chosen language. */
export function useText(): Text {
  const { t, i18n } = useTranslation()
  const language = i18n.language as Language
  return { t, language, format: formatterOf(language), say: (name) => name[language] }
}
