import { useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { IconButton } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { useObservable } from '../ui/observable.ts'
import type { MapController } from './map-controller.ts'

/** Zoom, whole territory, layers and full screen, at the map's corner. */
export function MapControls({ controller }: { controller: MapController | null }) {
  const { t } = useText()
  return (
    <div className="map-controls">
      <LayersMenu />
      <div className="control-group floating">
        <IconButton
          icon="plus"
          look="quiet"
          label={t('map.zoomIn')}
          onClick={() => controller?.zoomBy(1)}
          data-testid="zoom-in"
        />
        <IconButton
          icon="minus"
          look="quiet"
          label={t('map.zoomOut')}
          onClick={() => controller?.zoomBy(-1)}
          data-testid="zoom-out"
        />
      </div>
      <div className="control-group floating">
        <IconButton
          icon="home"
          look="quiet"
          label={t('map.showAll')}
          onClick={() => controller?.showAll()}
          data-testid="show-all"
        />
        <FullScreenButton />
      </div>
    </div>
  )
}

function LayersMenu() {
  const { t, format } = useText()
  const { layers } = useWorkspace()
  const all = useObservable(layers.layers)
  const hidden = useObservable(layers.hidden)
  return (
    <div className="control-group floating">
      <Menu
        label={t('layers.title')}
        button={(props) => (
          <IconButton {...props} icon="layers" look="quiet" label={t('layers.title')} data-testid="layers" />
        )}
      >
        {() => (
          <>
            <h2 className="menu-note">{t('layers.title')}</h2>
            {all.length === 0 && <p className="menu-note">{t('layers.none')}</p>}
            {all.map((layer) => (
              <label key={layer.id} className="menu-item">
                <input
                  type="checkbox"
                  checked={!hidden.has(layer.id)}
                  onChange={() => layers.toggle(layer.id)}
                />
                <span className="layer-name">{layer.name}</span>
                <span className="layer-count number">{format.number(layer.features)}</span>
              </label>
            ))}
          </>
        )}
      </Menu>
    </div>
  )
}

function FullScreenButton() {
  const { t } = useText()
  const [full, setFull] = useState(false)
  useEffect(() => {
    const onChange = (): void => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', onChange)
    return () => document.removeEventListener('fullscreenchange', onChange)
  }, [])
  if (!document.fullscreenEnabled) return null
  const toggle = (): void => {
    // A refusal (an embedding page may forbid it) leaves everything as it is.
    const done = full ? document.exitFullscreen() : document.documentElement.requestFullscreen()
    done.catch(() => undefined)
  }
  return (
    <IconButton
      icon={full ? 'shrink' : 'fullscreen'}
      look="quiet"
      label={t(full ? 'map.leaveFullScreen' : 'map.fullScreen')}
      onClick={toggle}
      data-testid="full-screen"
    />
  )
}
