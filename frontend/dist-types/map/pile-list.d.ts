import type { StationPile } from './map-controller.ts';
interface PileListProps {
    pile: StationPile;
    onSelect: (station: string) => void;
    onClose: () => void;
}
/** The stations that stand at one place, to choose from. */
export declare function PileList({ pile, onSelect, onClose }: PileListProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=pile-list.d.ts.map