export interface TooltipText {
  title: string
  lines: readonly string[]
}

const OFFSET = 14

/** The label that follows the pointer. Hidden from assistive technology: the station list says the same. */
export class Tooltip {
  private readonly element = document.createElement('div')
  private shown: TooltipText | undefined

  constructor(private readonly container: HTMLElement) {
    this.element.className = 'map-tooltip'
    this.element.hidden = true
    this.element.setAttribute('aria-hidden', 'true')
    this.element.dataset['testid'] = 'map-tooltip'
    container.append(this.element)
  }

  /** Shows the text near a point of the container, kept inside of it. */
  show(text: TooltipText, x: number, y: number): void {
    if (text !== this.shown) this.write(text)
    this.element.hidden = false
    const { offsetWidth: width, offsetHeight: height } = this.element
    const right = x + OFFSET + width <= this.container.clientWidth
    const below = y + OFFSET + height <= this.container.clientHeight
    const left = right ? x + OFFSET : Math.max(0, x - OFFSET - width)
    const top = below ? y + OFFSET : Math.max(0, y - OFFSET - height)
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
  }

  hide(): void {
    this.element.hidden = true
    this.shown = undefined
  }

  private write({ title, lines }: TooltipText): void {
    const heading = document.createElement('strong')
    heading.textContent = title
    const rows = lines.map((line) => {
      const row = document.createElement('span')
      row.textContent = line
      return row
    })
    this.element.replaceChildren(heading, ...rows)
  }
}
