import { type Route } from './map/url-state.ts';
export declare function TopBar({ route }: {
    route: Route;
}): import("react").JSX.Element;
//# sourceMappingURL=top-bar.d.ts.map