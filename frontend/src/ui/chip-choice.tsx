import type { ReactNode } from 'react'
import { toggled } from './toggled.ts'

interface ChipChoiceProps<Item extends Kind, Kind extends string | number> {
  label: string
  /** In the order that the chosen ones keep. */
  all: readonly Item[]
  /** In the order in which they are shown; left out: that of `all`. */
  shown?: readonly Item[]
  chosen: readonly Kind[]
  onChange: (chosen: Kind[]) => void
  /** What stands in the chip. */
  children: (item: Item) => ReactNode
  /** That of a chip: this, a hyphen and the item. */
  testId?: string
}

/** Any number of a few choices, as chips that are pressed or not. */
export function ChipChoice<Item extends Kind, Kind extends string | number>({
  label,
  all,
  shown = all,
  chosen,
  onChange,
  children,
  testId,
}: ChipChoiceProps<Item, Kind>) {
  return (
    <fieldset className="filter-group">
      <legend className="field-label">{label}</legend>
      <div className="filter-chips">
        {shown.map((item) => (
          <button
            key={item}
            type="button"
            className="filter-chip"
            aria-pressed={chosen.includes(item)}
            onClick={() => onChange(toggled<Kind>(chosen, item, all))}
            data-testid={testId === undefined ? undefined : `${testId}-${item}`}
          >
            {children(item)}
          </button>
        ))}
      </div>
    </fieldset>
  )
}
