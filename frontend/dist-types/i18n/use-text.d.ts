import type { TFunction } from 'i18next';
import { type Formatter } from './format.ts';
import type { Language } from './language.ts';
export interface Text {
    t: TFunction;
    language: Language;
    format: Formatter;
    /** The fitting half of a bilingual name from the catalogue. */
    say: (name: {
        en: string;
        zh: string;
    }) => string;
}
/** Everything a component needs to speak the chosen language. */
export declare function useText(): Text;
//# sourceMappingURL=use-text.d.ts.map