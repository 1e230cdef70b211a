import type { Problem } from '@osprey/core/api';
/** An answer that is not a success, or no answer at all (`status` 0). */
export declare class RequestError extends Error {
    readonly status: number;
    readonly problem: Problem | null;
    /** Seconds the server asked to wait (RFC 9110 clause 10.2.3), null when it did not. */
    readonly retryAfter: number | null;
    readonly name = "RequestError";
    constructor(status: number, problem: Problem | null, 
    /** Seconds the server asked to wait (RFC 9110 clause 10.2.3), null when it did not. */
    retryAfter?: number | null);
}
export interface RequestOptions {
    method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    /** Sent as JSON; with `type` it is sent as it is. */
    body?: unknown;
    type?: string;
    signal?: AbortSignal;
}
export type Request = <T>(path: string, options?: RequestOptions) => Promise<T>;
/**
 * Makes the one function that talks to the HTTP interface. `unauthorized` is told whenever the session turns out
 * to be over, whichever part of the page noticed it.
 * @throws RequestError for everything but a success; the abort error when `signal` fires.
 */
export declare function createRequest(unauthorized: () => void): Request;
//# sourceMappingURL=request.d.ts.map