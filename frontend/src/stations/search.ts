import type { StationStore } from './station-store.ts'

/**
 * Rows whose name or id contains every word of the query, best first: an exact id, then a beginning of name or
 * id, then a beginning of a word, then anywhere; ranks of several words add up. Case and width (full-width letters of Chinese input) are ignored.
 */
export class StationSearch {
  private version = -1
  private texts: string[] = []

  constructor(private readonly store: StationStore) {}

  find(query: string, limit: number): number[] {
    const words = normalise(query).split(/\s+/).filter(Boolean)
    if (words.length === 0) return []
    this.refresh()
    const found: { row: number; rank: number }[] = []
    for (let row = 0; row < this.texts.length; row++) {
      const text = this.texts[row] as string
      if (words.every((word) => text.includes(word)))
        found.push({ row, rank: words.reduce((sum, word) => sum + rankOf(text, word), 0) })
    }
    found.sort((a, b) => a.rank - b.rank || a.row - b.row)
    return found.slice(0, limit).map(({ row }) => row)
  }

  private refresh(): void {
    if (this.version === this.store.registryVersion) return
    this.version = this.store.registryVersion
    this.texts = this.store.records.map((record) => `${normalise(record.id)}\n${normalise(record.name)}`)
  }
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim()
}

function rankOf(text: string, word: string): number {
  const [id = '', name = ''] = text.split('\n')
  if (id === word) return 0
  if (name.startsWith(word) || id.startsWith(word)) return 1
  return new RegExp(`(^|[\\s\\-_.(])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).test(text) ? 2 : 3
}
