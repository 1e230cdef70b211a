import './search.css';
/** Finds stations by name or id (ARIA combobox with a list popup: arrows move, Enter opens, Escape closes). */
export declare function SearchBox(): import("react").JSX.Element;
//# sourceMappingURL=search-box.d.ts.map