import type { PropertyView } from '@osprey/core/api';
import type { Text } from '../i18n/use-text.ts';
export declare const NO_VALUE = "\u2014";
/** A result in words and numbers, without its unit: decimals of the catalogue, on/off for switches. */
export declare function resultText(property: PropertyView | undefined, value: number | string | null, { t, format }: Pick<Text, 't' | 'format'>): string;
/** A result with its unit. */
export declare function readingText(property: PropertyView | undefined, value: number | string | null, text: Pick<Text, 't' | 'format'>): string;
//# sourceMappingURL=reading-text.d.ts.map