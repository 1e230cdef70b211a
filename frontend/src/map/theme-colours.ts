/** Colours the canvases draw with, resolved from the style sheet's custom properties for the theme in effect. */
const NAMES = [
  'surface',
  'text',
  'accent',
  'alert',
  'map-ground',
  'map-land',
  'map-land-edge',
  'map-water',
  'map-site',
  'map-site-edge',
  'map-other',
  'map-graticule',
  'map-label',
  'map-label-halo',
  'glyph-edge',
  'glyph-none',
  'line',
  'text-soft',
  'text-faint',
  'negative',
  'on-severity',
  'severity-minor',
  'severity-moderate',
  'severity-severe',
  'severity-extreme',
] as const

export type ThemeColours = Readonly<Record<(typeof NAMES)[number], string>>

/** A custom property holds its words, not its colour: light-dark() is resolved only where it is used. */
export function themeColours(): ThemeColours {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const colours = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`
      return [name, style.color]
    }),
  )
  probe.remove()
  return colours as ThemeColours
}
