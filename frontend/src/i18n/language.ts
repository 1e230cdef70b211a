export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** BCP 47 tags for `html lang` and Intl. */
export const LOCALE: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' }

/** The first of the person's languages that the app speaks, else English. */
export function preferredLanguage(accepted: readonly string[]): Language {
  for (const tag of accepted) {
    const language = LANGUAGES.find((known) => tag.toLowerCase().split('-')[0] === known)
    if (language !== undefined) return language
  }
  return 'en'
}
