import type { Medium } from '@osprey/core/properties'

/** Side of the box the outlines are drawn in; their middle is at half of it. */
export const GLYPH_BOX = 20

/** One outline per medium (SVG path data), used on the canvas and in the legend alike. */
export const GLYPHS: Readonly<Record<Medium, string>> = {
  air: 'M10 1.8a8.2 8.2 0 1 1 0 16.4a8.2 8.2 0 1 1 0-16.4z',
  weather: 'M10 .6L19.4 10L10 19.4L.6 10z',
  'surface-water': 'M10 .6C13.2 5 17 8.7 17 12.5a7 7 0 1 1-14 0C3 8.7 6.8 5 10 .6z',
  'waste-water': 'M.8 2.6h18.4L10 19z',
  noise: 'M1 6.5h5L15.5 .8v18.4L6 13.5H1z',
  soil: 'M2.6 2.6h14.8v14.8H2.6z',
  emission: 'M10 1L19.2 17.4H.8z',
  equipment: 'M6.8 1h6.4v5.8H19v6.4h-5.8V19H6.8v-5.8H1V6.8h5.8z',
}
