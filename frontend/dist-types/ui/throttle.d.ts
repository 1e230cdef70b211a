import type { Listener } from './observable.ts';
/**
 * Wraps a subscription so that its listener runs at most once per `interval` milliseconds. The last change is
 * never lost: it is told when the interval ends.
 */
export declare function throttled(subscribe: (listener: Listener) => () => void, interval: number): (listener: Listener) => () => void;
//# sourceMappingURL=throttle.d.ts.map