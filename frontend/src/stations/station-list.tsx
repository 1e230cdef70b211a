import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import type { MapController, MapView } from '../map/map-controller.ts'
import { Segmented } from '../ui/segmented.tsx'
import { scrollToRow, virtualRange } from '../ui/virtual-range.ts'
import type { StationFilter } from './filter.ts'
import { type ListOrder, ORDERS } from './severity.ts'
import { StationLine } from './station-line.tsx'
import { useRowsInView } from './use-rows-in-view.ts'

/** Pixels; the same height stands in the style sheet. */
const ROW_HEIGHT = 52
const MARGIN_ROWS = 4

interface StationListProps {
  controller: MapController | null
  view: MapView | null
  filter: StationFilter
  selected: string | null
  onChosen: () => void
}

/**
 * Every station in view as a list box, the map's alternative for keyboards and screen readers. Only rows in sight are
 * rendered; position and size of the set are told to assistive technology.
 */
export function StationList({ controller, view, filter, selected, onChosen }: StationListProps) {
  const { t, format, language } = useText()
  const { stations } = useWorkspace()
  const { routes } = useApp()
  const [order, setOrder] = useState<ListOrder>('severity')
  const [held, setHeld] = useState(false)
  const [scroll, setScroll] = useState({ top: 0, height: 600 })
  const [activeId, setActiveId] = useState<string | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const prefix = useId()
  const rows = useRowsInView(controller, view, filter, order, language, held)
  const active = Math.max(
    0,
    rows.findIndex((row) => stations.ids[row] === (activeId ?? selected)),
  )

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() =>
      setScroll((before) => ({ ...before, height: element.clientHeight })),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const { first, last } = virtualRange(rows.length, ROW_HEIGHT, scroll.top, scroll.height, MARGIN_ROWS)

  const moveTo = (next: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, next))
    const row = rows[bounded]
    if (row === undefined || box.current === null) return
    setActiveId(stations.ids[row] ?? null)
    controller?.highlight(row)
    box.current.scrollTop = scrollToRow(bounded, ROW_HEIGHT, box.current.scrollTop, scroll.height)
  }

  const choose = (row: number | undefined): void => {
    const id = row === undefined ? undefined : stations.ids[row]
    if (id === undefined) return
    setActiveId(id)
    routes.changeMap({ station: id }, true)
    onChosen()
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(scroll.height / ROW_HEIGHT) - 1)
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    }
    const next = moves[event.key]
    if (next !== undefined) {
      event.preventDefault()
      moveTo(next)
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      choose(rows[active])
    }
  }

  return (
    <section className="station-list" aria-label={t('list.label')}>
      <div className="station-list-head">
        <p className="number" data-testid="in-view">
          {t('list.inView', { count: rows.length, n: format.number(rows.length) })}
        </p>
        <Segmented
          label={t('list.order')}
          options={ORDERS.map((value) => ({ value, text: t(`list.by.${value}`) }))}
          value={order}
          onChange={setOrder}
        />
      </div>
      <div
        ref={box}
        className="station-list-box"
        role="listbox"
        tabIndex={0}
        aria-label={t('list.inView', { count: rows.length, n: format.number(rows.length) })}
        aria-activedescendant={
          rows.length > 0 && active >= first && active < last ? `${prefix}-${active}` : undefined
        }
        onKeyDown={onKeyDown}
        onFocus={() => setHeld(true)}
        onBlur={() => {
          setHeld(false)
          controller?.highlight(null)
        }}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => {
          setHeld(box.current === document.activeElement)
          controller?.highlight(null)
        }}
        onScroll={(event) =>
          setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })
        }
        data-testid="station-list"
      >
        <div role="presentation" className="station-list-space" style={{ height: rows.length * ROW_HEIGHT }}>
          {rows.slice(first, last).map((row, offset) => {
            const at = first + offset
            const id = stations.ids[row] ?? ''
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list box
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays on the list box
              <div
                key={id}
                id={`${prefix}-${at}`}
                role="option"
                aria-selected={id === selected}
                aria-setsize={rows.length}
                aria-posinset={at + 1}
                className="station-row"
                data-active={at === active}
                style={{ transform: `translateY(${at * ROW_HEIGHT}px)` }}
                onClick={() => choose(row)}
                onPointerEnter={() => controller?.highlight(row)}
              >
                <StationLine id={id} />
              </div>
            )
          })}
        </div>
        {rows.length === 0 && (
          <p className="station-list-none">{t(stations.size === 0 ? 'list.empty' : 'list.none')}</p>
        )}
      </div>
    </section>
  )
}
