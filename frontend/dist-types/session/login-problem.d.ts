/** Why signing in did not work, in the terms the login page explains. */
export type LoginProblem = {
    kind: 'wrong';
}
/** `until` is epoch milliseconds. */
 | {
    kind: 'throttled';
    until: number;
} | {
    kind: 'unreachable';
} | {
    kind: 'server';
};
/** `now` is epoch milliseconds. */
export declare function loginProblem(error: unknown, now: number): LoginProblem;
/** Whole seconds left to wait, 0 when none. */
export declare function secondsLeft(until: number, now: number): number;
//# sourceMappingURL=login-problem.d.ts.map