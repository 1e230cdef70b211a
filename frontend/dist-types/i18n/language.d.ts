export declare const LANGUAGES: readonly ['en', 'zh'];
export type Language = (typeof LANGUAGES)[number];
/** BCP 47 tags for `html lang` and Intl. */
export declare const LOCALE: Readonly<Record<Language, string>>;
/** The first of the person's languages that the app speaks, else English. */
export declare function preferredLanguage(accepted: readonly string[]): Language;
//# sourceMappingURL=language.d.ts.map