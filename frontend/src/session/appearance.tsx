import { useApp } from '../app-state.ts'
import { chooseLanguage } from '../i18n/i18n.ts'
import type { Language } from '../i18n/language.ts'
import { useText } from '../i18n/use-text.ts'
import { useObservable } from '../ui/observable.ts'
import { Segmented } from '../ui/segmented.tsx'
import { THEME_CHOICES } from '../ui/theme.ts'

/** The names of the languages are written in themselves, so that everybody finds the way back. */
const LANGUAGE_OPTIONS = [
  { value: 'en', text: 'EN', name: 'English' },
  { value: 'zh', text: '中文', name: '中文' },
] as const

export function LanguageChoice() {
  const { t, language } = useText()
  return (
    <Segmented<Language>
      label={t('appearance.language')}
      options={LANGUAGE_OPTIONS}
      value={language}
      onChange={chooseLanguage}
    />
  )
}

export function ThemeOptions() {
  const { t } = useText()
  const { theme } = useApp()
  const choice = useObservable(theme.choice)
  return (
    <Segmented
      label={t('appearance.theme')}
      options={THEME_CHOICES.map((value) => ({ value, text: t(`appearance.${value}`) }))}
      value={choice}
      onChange={(value) => theme.choose(value)}
    />
  )
}

export function AppearanceControls() {
  return (
    <>
      <LanguageChoice />
      <ThemeOptions />
    </>
  )
}
