import { useEffect, useRef } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { StationLine } from '../stations/station-line.tsx'
import { IconButton } from '../ui/button.tsx'
import type { StationPile } from './map-controller.ts'

const WIDTH = 288
const MARGIN = 12

interface PileListProps {
  pile: StationPile
  onSelect: (station: string) => void
  onClose: () => void
}

/** The stations that stand at one place, to choose from. */
export function PileList({ pile, onSelect, onClose }: PileListProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = panel.current
    const room = element?.parentElement
    if (!element || !room) return
    const left = Math.min(Math.max(MARGIN, pile.x - WIDTH / 2), room.clientWidth - WIDTH - MARGIN)
    const below = pile.y + element.offsetHeight + 2 * MARGIN < room.clientHeight
    element.style.left = `${Math.max(MARGIN, left)}px`
    element.style.top = `${Math.max(MARGIN, below ? pile.y + 18 : pile.y - 18 - element.offsetHeight)}px`
    element.querySelector<HTMLElement>('li button')?.focus()
  }, [pile])
  return (
    <section
      ref={panel}
      className="pile floating"
      aria-label={t('pile.title', { count: pile.rows.length })}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      data-testid="pile"
    >
      <header>
        <h2>{t('pile.title', { count: pile.rows.length, n: format.number(pile.rows.length) })}</h2>
        <IconButton icon="close" look="quiet" small label={t('action.close')} onClick={onClose} />
      </header>
      <ul>
        {pile.rows.map((row) => {
          const id = stations.ids[row]
          if (id === undefined) return null
          return (
            <li key={id}>
              <button type="button" className="station-row" onClick={() => choose(id)}>
                <StationLine id={id} />
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )

  function choose(id: string): void {
    onSelect(id)
    onClose()
  }
}
