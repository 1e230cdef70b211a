/** What the tree needs to know of a jurisdiction. */
export interface Area {
  id: string
  name: string
  parent: string | null
}

export interface Branch<A extends Area> {
  area: A
  /** 0 at the top. */
  depth: number
  hasChildren: boolean
}

/**
 * The jurisdictions in the order of a tree: each followed by what is part of it, by name. A parent that is not in
 * the list (outside one's own territory) counts as none.
 */
export function treeOf<A extends Area>(areas: readonly A[], language: string): Branch<A>[] {
  const known = new Set(areas.map(({ id }) => id))
  const children = new Map<string | null, A[]>()
  for (const area of areas) {
    const parent = area.parent !== null && known.has(area.parent) ? area.parent : null
    children.set(parent, [...(children.get(parent) ?? []), area])
  }
  const { compare } = new Intl.Collator(language, { numeric: true })
  for (const siblings of children.values()) {
    siblings.sort((one, other) => compare(one.name, other.name) || compare(one.id, other.id))
  }
  const branches: Branch<A>[] = []
  const visit = (parent: string | null, depth: number): void => {
    for (const area of children.get(parent) ?? []) {
      branches.push({ area, depth, hasChildren: children.has(area.id) })
      visit(area.id, depth + 1)
    }
  }
  visit(null, 0)
  return branches
}

/** The branches whose name or id contains the text, with all that they are part of, so that their place is seen. */
export function searchTree<A extends Area>(branches: readonly Branch<A>[], text: string): Branch<A>[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return [...branches]
  const parents = new Map(branches.map(({ area }) => [area.id, area.parent]))
  const shown = new Set<string>()
  for (const { area } of branches) {
    if (!`${area.name}\n${area.id}`.toLowerCase().includes(wanted)) continue
    for (let id: string | null = area.id; id !== null && !shown.has(id); id = parents.get(id) ?? null) {
      shown.add(id)
    }
  }
  return branches.filter(({ area }) => shown.has(area.id))
}

/** The jurisdiction and everything that is part of it: none of these can become its parent. */
export function withDescendants(areas: readonly Area[], id: string): ReadonlySet<string> {
  const found = new Set([id])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const area of areas) if (area.parent !== null && found.has(area.parent)) found.add(area.id)
  }
  return found
}
