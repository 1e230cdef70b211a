import { type StationFilter } from './filter.ts';
interface FilterControlsProps {
    filter: StationFilter;
    onFilter: (change: Partial<StationFilter>) => void;
}
export declare function FilterControls({ filter, onFilter }: FilterControlsProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=filter-controls.d.ts.map