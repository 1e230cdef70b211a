/**
 * The level scale, the same in both themes: from blue over yellow to dark purple. Blue against yellow-red holds
 * for every common colour vision deficiency, and within each half lightness falls, so neighbours stay apart
 * (palette.test.ts measures that). Ink is the colour of text on the fill.
 */
export interface LevelColour {
  fill: string
  ink: string
}

export const LEVEL_COLOURS: readonly LevelColour[] = [
  { fill: '#2f6cb3', ink: '#ffffff' },
  { fill: '#8cc9ec', ink: '#10202b' },
  { fill: '#f7e27a', ink: '#10202b' },
  { fill: '#f0983c', ink: '#10202b' },
  { fill: '#c6362c', ink: '#ffffff' },
  { fill: '#571743', ink: '#ffffff' },
]

/** Red, green, blue 0..255 of `#rrggbb`. */
export function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** sRGB 0..255 to linear light 0..1 (IEC 61966-2-1). */
function linear(channel: number): number {
  const value = channel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Contrast ratio 1..21 (WCAG 2.2, definition of contrast ratio). */
export function contrast(first: string, second: string): number {
  const [light, dark] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [red, green, blue] = channels(hex)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
