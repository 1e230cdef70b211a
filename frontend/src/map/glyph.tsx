import type { Medium } from '@osprey/core/properties'
import { useId } from 'react'
import { GLYPH_BOX, GLYPHS } from './glyphs.ts'
import { LEVEL_COLOURS } from './palette.ts'

interface GlyphProps {
  medium: Medium
  /** Left out: the plain colour of the text. */
  level?: number | null
  status?: 'live' | 'silent' | 'never'
  exceeding?: boolean
  size?: number
}

/** The symbol of a station as the map draws it, for lists and the legend. */
export function Glyph({ medium, level, status = 'live', exceeding = false, size = 16 }: GlyphProps) {
  const pattern = useId()
  const plain = level === undefined
  const fill = plain ? 'currentColor' : (LEVEL_COLOURS[level ?? -1]?.fill ?? 'var(--glyph-none)')
  const room = 5
  return (
    <svg
      className="glyph"
      width={size + (size * 2 * room) / GLYPH_BOX}
      height={size + (size * 2 * room) / GLYPH_BOX}
      viewBox={`${-room} ${-room} ${GLYPH_BOX + 2 * room} ${GLYPH_BOX + 2 * room}`}
      aria-hidden="true"
      focusable="false"
    >
      {status === 'silent' && (
        <pattern
          id={pattern}
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="2.4" height="5" fill="var(--map-label-halo)" />
        </pattern>
      )}
      {exceeding && <circle cx="10" cy="10" r="13.2" fill="none" stroke="var(--alert)" strokeWidth="2.8" />}
      <path d={GLYPHS[medium]} fill={status === 'never' ? 'var(--map-label-halo)' : fill} />
      {status === 'silent' && <path d={GLYPHS[medium]} fill={`url(#${pattern})`} />}
      {!plain && (
        <path
          d={GLYPHS[medium]}
          fill="none"
          stroke="var(--glyph-edge)"
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeDasharray={status === 'never' ? '2.8 2.2' : undefined}
        />
      )}
    </svg>
  )
}
