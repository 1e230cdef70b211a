import { RouteStore } from './map/route-store.ts';
import { SessionStore } from './session/session-store.ts';
import { Observable } from './ui/observable.ts';
import { ThemeStore } from './ui/theme.ts';
import { Workspace } from './workspace.ts';
/** Wires the app in one place: who may talk to the server, what is shown, what is live. */
export declare class AppState {
    readonly theme: ThemeStore;
    readonly routes: RouteStore;
    readonly session: SessionStore;
    readonly request: import("./session/request.ts").Request;
    /** Exists while somebody is signed in. */
    readonly workspace: Observable<Workspace | null>;
    start(): void;
    private readonly sessionChanged;
}
export declare const AppContext: import("react").Context<AppState | null>;
export declare const WorkspaceContext: import("react").Context<Workspace | null>;
export declare function useApp(): AppState;
export declare function useWorkspace(): Workspace;
//# sourceMappingURL=app-state.d.ts.map