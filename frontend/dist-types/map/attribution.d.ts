/**
 * Makes the attribution of a tile service safe to show: Leaflet writes it as HTML. Text stays, links to http(s)
 * addresses stay, everything else is shown as text.
 */
export declare function attributionHtml(source: string): string;
//# sourceMappingURL=attribution.d.ts.map