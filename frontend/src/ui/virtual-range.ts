/** Which rows of a long list are to be rendered. `first` is included, `last` is not. */
export interface VirtualRange {
  first: number
  last: number
}

/** Rows in sight plus `margin` on both sides. Sizes in pixels. */
export function virtualRange(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
  margin: number,
): VirtualRange {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin)
  const last = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + margin)
  return { first: Math.min(first, last), last }
}

/** Where to scroll so that a row is wholly in sight; unchanged when it already is. */
export function scrollToRow(row: number, rowHeight: number, scrollTop: number, viewHeight: number): number {
  const top = row * rowHeight
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + rowHeight - viewHeight)
}
