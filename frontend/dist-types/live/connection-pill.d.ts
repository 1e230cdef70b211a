import type { LiveClient } from './live-client.ts';
import './live.css';
/** The state of the live connection in the top bar. */
export declare function ConnectionPill({ live, compact }: {
    live: LiveClient;
    compact: boolean;
}): import("react").JSX.Element;
//# sourceMappingURL=connection-pill.d.ts.map