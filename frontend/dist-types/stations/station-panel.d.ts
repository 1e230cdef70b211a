import './panel.css';
interface StationPanelProps {
    id: string;
    /** The property the map shows: opened first when the station measures it. */
    preferred: string | null;
    onClose: () => void;
    onLocate: () => void;
}
/** One station: what it measures now and how that went. At the side, on a phone as a sheet from below. */
export declare function StationPanel({ id, preferred, onClose, onLocate }: StationPanelProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=station-panel.d.ts.map