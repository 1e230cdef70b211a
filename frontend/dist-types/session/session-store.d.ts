import type { SessionView } from '@osprey/core/api';
import { Observable } from '../ui/observable.ts';
import { type Request } from './request.ts';
export type User = SessionView['user'];
export type Session = {
    phase: 'checking';
} | {
    phase: 'unreachable';
}
/** `expired` tells a person who was working why the page changed. */
 | {
    phase: 'anonymous';
    expired: boolean;
} | {
    phase: 'signed-in';
    user: User;
};
/** Who is using the page. The cookie itself is HttpOnly: only the server's answers tell. */
export declare class SessionStore {
    private readonly request;
    readonly session: Observable<Session>;
    constructor(request: () => Request);
    check(): Promise<void>;
    /** @throws RequestError 401 for a wrong name or password, 429 when there were too many attempts. */
    signIn(username: string, password: string): Promise<void>;
    visit(): Promise<void>;
    signOut(): Promise<void>;
    /** Some request was answered 401. */
    readonly expire: () => void;
    /** Whether the server still knows the session; true when that cannot be told. */
    stillValid(): Promise<boolean>;
    private get signedIn();
}
//# sourceMappingURL=session-store.d.ts.map