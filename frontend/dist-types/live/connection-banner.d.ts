import type { LiveClient } from './live-client.ts';
/** Says over the map that nothing on it is current, since when, and when the next attempt comes. */
export declare function ConnectionBanner({ live }: {
    live: LiveClient;
}): import("react").JSX.Element | null;
//# sourceMappingURL=connection-banner.d.ts.map