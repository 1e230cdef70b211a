import { CanvasLayer, type Viewport } from './canvas-layer.ts';
import type { PlaceName } from './place-names.ts';
import type { ThemeColours } from './theme-colours.ts';
/** Between territory and stations: the graticule, where there are no tiles, and the names of places. */
export declare class BackdropLayer extends CanvasLayer {
    private colours;
    private readonly graticule;
    names: readonly PlaceName[];
    constructor(colours: ThemeColours, graticule: boolean);
    setColours(colours: ThemeColours): void;
    setNames(names: readonly PlaceName[]): void;
    protected paint(view: Viewport): void;
    private paintGraticule;
    private paintNames;
}
//# sourceMappingURL=backdrop-layer.d.ts.map