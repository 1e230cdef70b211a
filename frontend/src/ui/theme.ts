import { Observable } from './observable.ts'
import { recall, remember } from './preferences.ts'

export const THEME_CHOICES = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]
export type Theme = 'light' | 'dark'

/** The chosen theme and the one in effect. The choice is kept in the browser; `system` follows the device. */
export class ThemeStore {
  readonly choice: Observable<ThemeChoice>
  readonly effective: Observable<Theme>
  private readonly dark = window.matchMedia('(prefers-color-scheme: dark)')

  constructor() {
    const choice = recall('theme', THEME_CHOICES) ?? 'system'
    this.choice = new Observable<ThemeChoice>(choice)
    this.effective = new Observable<Theme>(this.resolve(choice))
  }

  start(): void {
    this.dark.addEventListener('change', () => this.apply())
    this.apply()
  }

  choose(choice: ThemeChoice): void {
    remember('theme', choice)
    this.choice.set(choice)
    this.apply()
  }

  private apply(): void {
    const choice = this.choice.get()
    if (choice === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = choice
    this.effective.set(this.resolve(choice))
  }

  private resolve(choice: ThemeChoice): Theme {
    if (choice !== 'system') return choice
    return this.dark.matches ? 'dark' : 'light'
  }
}
