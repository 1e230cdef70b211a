import { type i18n } from 'i18next';
import en from '../locales/en.json';
import { type Language } from './language.ts';
declare module 'i18next' {
    interface CustomTypeOptions {
        resources: {
            translation: typeof en;
        };
    }
}
/** Starts i18next with both resource files (nothing is fetched) and keeps `html lang` in step. */
export declare function startI18n(): Promise<i18n>;
export declare function chooseLanguage(language: Language): void;
//# sourceMappingURL=i18n.d.ts.map