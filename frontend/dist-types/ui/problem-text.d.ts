import type { FieldError } from '@osprey/core/api';
/** A request that failed, in words, with what the server found wrong field by field. */
export declare function ProblemText({ error }: {
    error: unknown;
}): import("react").JSX.Element;
/** Where, what was given, what is expected. */
export declare function FieldErrors({ errors, omitted }: {
    errors: readonly FieldError[];
    omitted: number;
}): import("react").JSX.Element;
//# sourceMappingURL=problem-text.d.ts.map