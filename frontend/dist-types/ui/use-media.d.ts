/** Whether the media query holds now. */
export declare function useMedia(query: string): boolean;
/** Below this width panels become bottom sheets. The same number stands in the style sheets. */
export declare const usePhone: () => boolean;
/** From this width on there is room for the list, the map and a station beside each other. */
export declare const useWide: () => boolean;
export declare const prefersReducedMotion: () => boolean;
//# sourceMappingURL=use-media.d.ts.map