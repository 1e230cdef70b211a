import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from '../locales/en.json'
import zh from '../locales/zh.json'
import { recall, remember } from '../ui/preferences.ts'
import { LANGUAGES, type Language, LOCALE, preferredLanguage } from './language.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

/** Starts i18next with both resource files (nothing is fetched) and keeps `html lang` in step. */
export async function startI18n(): Promise<i18n> {
  const language = recall('language', LANGUAGES) ?? preferredLanguage(navigator.languages)
  i18next.on('languageChanged', (changed) => {
    document.documentElement.lang = LOCALE[changed as Language]
  })
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: language,
    fallbackLng: 'en',
    // React escapes what it renders.
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  return i18next
}

export function chooseLanguage(language: Language): void {
  remember('language', language)
  void i18next.changeLanguage(language)
}
