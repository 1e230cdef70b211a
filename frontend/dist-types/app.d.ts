import { type AppState } from './app-state.ts';
import './app.css';
export declare function App({ state }: {
    state: AppState;
}): import("react").JSX.Element;
//# sourceMappingURL=app.d.ts.map