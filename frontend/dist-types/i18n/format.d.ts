import { type Language } from './language.ts';
/** An age as a count of the unit a person would say: seconds to a minute, minutes to an hour, hours to two days. */
export declare function ageParts(milliseconds: number): {
    count: number;
    unit: 'second' | 'minute' | 'hour' | 'day';
};
/** Numbers, times and ages in one language and time zone. Build once per language: Intl objects are costly. */
export declare class Formatter {
    readonly language: Language;
    readonly timeZone: string;
    private readonly locale;
    private readonly decimals;
    private readonly relative;
    private readonly moment;
    private readonly clock;
    private readonly shortClock;
    private readonly day;
    private readonly percentage;
    private readonly zoneName;
    constructor(language: Language, timeZone?: string);
    /** A value with exactly `precision` decimals; counts use precision 0. */
    number(value: number, precision?: number): string;
    /** A share of 0..1 as percent. */
    percent(share: number): string;
    /** Full date and time with seconds and zone. */
    dateTime(time: number): string;
    /** Hours and minutes with zone. */
    clockTime(time: number): string;
    /** Hours and minutes; only where the zone is named beside it. */
    bareClock(time: number): string;
    /** Day and month. */
    date(time: number): string;
    /** The zone's offset, such as GMT+8, in force at `time`. */
    zone(time: number): string;
    /** "12s ago". A time slightly ahead of this clock counts as now. */
    age(time: number, now: number): string;
    /** Latitude and longitude to 5 decimals (about a metre), with hemispheres. */
    position(latitude: number, longitude: number): string;
}
export declare function formatterOf(language: Language): Formatter;
//# sourceMappingURL=format.d.ts.map