/** What the person is told about the live connection, and when the next attempt is due. */
export type Connection = {
    phase: 'idle';
}
/** `lostSince` is null on the first attempt. */
 | {
    phase: 'connecting';
    attempt: number;
    lostSince: number | null;
} | {
    phase: 'live';
    since: number;
} | {
    phase: 'waiting';
    attempt: number;
    retryAt: number;
    lostSince: number | null;
};
export type ConnectionEvent = {
    type: 'start';
}
/** The first snapshot of a connection: only now is what the map shows current. */
 | {
    type: 'snapshot';
}
/** Closed, refused or silent for too long. `lastHeard` is the time of the last message, if there was one. */
 | {
    type: 'lost';
    lastHeard: number | null;
}
/** The wait is over, the network came back, or the person asked. */
 | {
    type: 'retry';
} | {
    type: 'stop';
};
/**
 * Wait before reconnection `attempt` (1, 2, …), milliseconds: doubled each time up to 30 s, of which a random
 * half is taken off, so that the clients of a restarted server do not come back all at once.
 * `random` is in [0, 1).
 */
export declare function reconnectDelay(attempt: number, random: number): number;
/** The next state of the connection. `now` is epoch milliseconds. */
export declare function nextConnection(state: Connection, event: ConnectionEvent, now: number, random: number): Connection;
/** Whether what the map shows may be out of date. */
export declare function isStale(connection: Connection): boolean;
//# sourceMappingURL=connection.d.ts.map