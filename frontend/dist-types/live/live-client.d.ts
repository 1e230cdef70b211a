import type { ServerMessage, SubscribeMessage } from '@osprey/core/live';
import { Observable } from '../ui/observable.ts';
import { type Connection } from './connection.ts';
export interface LiveSinks {
    message(message: Exclude<ServerMessage, {
        type: 'heartbeat';
    }>): void;
    /** Asked after every failed attempt: a refused upgrade does not tell its status to a page. */
    sessionValid(): Promise<boolean>;
}
/** Keeps one WebSocket to /live: subscribes, watches its heartbeat and reconnects as connection.ts decides. */
export declare class LiveClient {
    private readonly url;
    private readonly sinks;
    readonly connection: Observable<Connection>;
    /** Since when the platform itself is behind: connected, yet the states shown are from then. Null when current. */
    readonly delayedSince: Observable<number | null>;
    private socket;
    private lastHeard;
    private openedAt;
    private sweeper;
    private subscription;
    constructor(url: string, sinks: LiveSinks);
    start(): void;
    stop(): void;
    /** Says what to receive. Sent at once when connected and again after every reconnection. */
    subscribe(subscription: Omit<SubscribeMessage, 'type'>): void;
    /** Does not wait for the next attempt. */
    readonly retry: () => void;
    private step;
    private open;
    private receive;
    private lose;
    private drop;
    private readonly sweep;
}
//# sourceMappingURL=live-client.d.ts.map