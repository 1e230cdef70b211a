import type { LayerView } from '@osprey/core/api'
import type { FeatureCollection } from 'geojson'
import type { Request } from '../session/request.ts'
import { Observable } from '../ui/observable.ts'

export interface TerritoryLayer extends LayerView {
  data: FeatureCollection
}

export type LayerKind = LayerView['kind']
export const LAYER_KINDS: readonly LayerKind[] = ['jurisdictions', 'rivers', 'sites', 'other']

/** The territory's own maps: jurisdictions, rivers, sites. They are the base map when there are no tiles. */
export class LayerStore {
  readonly layers = new Observable<readonly TerritoryLayer[]>([])
  /** Ids of layers the person switched off. */
  readonly hidden = new Observable<ReadonlySet<string>>(new Set())

  constructor(private readonly request: Request) {}

  /** Fetches the list and what is not known yet. `changed` names a layer whose content is to be read again. */
  async load(changed?: string): Promise<void> {
    const list = await this.request<LayerView[]>('/api/layers')
    const known = new Map(this.layers.get().map((layer) => [layer.id, layer]))
    const layers = await Promise.all(
      list.map(async (view) => {
        const before = view.id === changed ? undefined : known.get(view.id)
        const data = before?.data ?? (await this.fetchData(view.id))
        return { ...view, data }
      }),
    )
    this.layers.set(layers)
  }

  async upload(id: string, name: string, kind: LayerKind, file: Blob): Promise<LayerView> {
    const query = new URLSearchParams({ name, kind })
    const view = await this.request<LayerView>(`/api/layers/${encodeURIComponent(id)}?${query}`, {
      method: 'PUT',
      type: 'application/geo+json',
      body: file,
    })
    await this.load(id)
    return view
  }

  async remove(id: string): Promise<void> {
    await this.request(`/api/layers/${encodeURIComponent(id)}`, { method: 'DELETE' })
    await this.load()
  }

  toggle(id: string): void {
    const hidden = new Set(this.hidden.get())
    if (!hidden.delete(id)) hidden.add(id)
    this.hidden.set(hidden)
  }

  private fetchData(id: string): Promise<FeatureCollection> {
    return this.request<FeatureCollection>(`/api/layers/${encodeURIComponent(id)}`)
  }
}

/** An id for a new layer made from its file's name: lower case, hyphens, at most 64 characters. */
export function layerIdFrom(fileName: string): string {
  const id = fileName
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64)
  return id || 'layer'
}
