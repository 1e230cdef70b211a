import type { SilenceViews } from './silence-views.ts'
import type { Silences } from './silences.ts'

/** What the controller of the silences works with. */
export class SilenceDesk {
  constructor(
    readonly silences: Silences,
    readonly views: SilenceViews,
  ) {}
}
