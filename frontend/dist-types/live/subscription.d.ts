import type { BoundingBox } from '@osprey/core/live';
/**
 * What to subscribe to for a view, given what is subscribed to now (undefined: nothing yet). Returns the present box
 * itself while it still serves, so that a pan does not cost a snapshot each time. null means everywhere.
 */
export declare function subscriptionBox(view: BoundingBox, present: BoundingBox | null | undefined): BoundingBox | null;
export declare function covers(outer: BoundingBox, inner: BoundingBox): boolean;
//# sourceMappingURL=subscription.d.ts.map