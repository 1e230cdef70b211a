/** Outline icons on a 20 px grid, drawn for this app. */
declare const PATHS: {
    readonly map: 'M7 3.5 2.5 5.5v11L7 14.5l6 2 4.5-2v-11L13 5.5zM7 3.5v11M13 5.5v11';
    readonly ledger: 'M4 3h12v14H4zM7 7h6M7 10h6M7 13h3.5';
    readonly search: 'M8.5 3a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM12.5 12.5 17 17';
    readonly close: 'M5 5l10 10M15 5 5 15';
    readonly plus: 'M10 4v12M4 10h12';
    readonly minus: 'M4 10h12';
    readonly fullscreen: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4';
    readonly shrink: 'M7.5 3.5v4h-4M16.5 7.5h-4v-4M12.5 16.5v-4h4M3.5 12.5h4v4';
    readonly layers: 'M10 3 2.5 7 10 11l7.5-4zM3.5 10.5 10 14l6.5-3.5M3.5 13.5 10 17l6.5-3.5';
    readonly home: 'M3 9.5 10 3.5l7 6M5 8.2v8.3h10V8.2M8.2 16.5v-4.5h3.6v4.5';
    readonly sun: 'M10 6.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7zM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4';
    readonly moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z';
    readonly screen: 'M3 4h14v9H3zM7.5 16.5h5M10 13v3.5';
    readonly person: 'M10 3.5a3 3 0 1 1 0 6a3 3 0 0 1 0-6zM4 16.5c.5-3.3 2.8-5 6-5s5.5 1.7 6 5';
    readonly leave: 'M8 3.5H4v13h4M8 10h9M13.5 6.5 17 10l-3.5 3.5';
    readonly upload: 'M10 13V3.5M6.5 7 10 3.5 13.5 7M4 13v3.5h12V13';
    readonly down: 'M5 7.5l5 5 5-5';
    readonly up: 'M5 12.5l5-5 5 5';
    readonly left: 'M12.5 5l-5 5 5 5';
    readonly right: 'M7.5 5l5 5-5 5';
    readonly warning: 'M10 3 2 16.5h16zM10 8v4.5M10 14.2v.3';
    readonly info: 'M10 2.5a7.5 7.5 0 1 1 0 15a7.5 7.5 0 0 1 0-15zM10 9v5M10 6.2v.3';
    readonly check: 'M4 10.5l4 4 8-9';
    readonly filter: 'M3 4.5h14l-5.5 6.5v5.5l-3-1.5V11z';
    readonly list: 'M7 5h10M7 10h10M7 15h10M3.5 5h.3M3.5 10h.3M3.5 15h.3';
    readonly retry: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5';
    readonly table: 'M3 4h14v12H3zM3 8h14M3 12h14M8.5 8v8';
    readonly menu: 'M3 5.5h14M3 10h14M3 14.5h14';
    readonly trash: 'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11';
    readonly target: 'M10 5a5 5 0 1 1 0 10a5 5 0 0 1 0-10zM10 2v3M10 15v3M2 10h3M15 10h3';
    readonly language: 'M3 5h8M7 3v2M9.5 5c-.6 3-2.7 5.5-6 7M5 8c1 2 2.8 3.3 5 4M10 17l3.5-8 3.5 8M11.2 14.3h4.6';
    readonly chart: 'M3 3.5v13h14M6 13l3-4 3 2.5L16.5 6';
};
export type IconName = keyof typeof PATHS;
export declare function Icon({ name, size }: {
    name: IconName;
    size?: number;
}): import("react").JSX.Element;
export {};
//# sourceMappingURL=icons.d.ts.map