import { LEVEL_COLOURS } from '../map/palette.ts'

/** A level by colour and by name. */
export function LevelChip({ level, text }: { level: number; text: string }) {
  const colour = LEVEL_COLOURS[level]
  return (
    <span
      className="chip level-chip"
      style={{ background: colour?.fill, color: colour?.ink }}
      data-level={level}
    >
      {text}
    </span>
  )
}
