import { paintAlertBadge } from './alert-badge.ts'
import type { ClusterState } from './cluster-state.ts'
import { LEVEL_COLOURS, type LevelColour } from './palette.ts'
import type { ThemeColours } from './theme-colours.ts'

const RING_WIDTH = 2.5
const FULL_TURN = 2 * Math.PI
const TOP = -Math.PI / 2

/** Radius of a cluster's disc, CSS pixels: it grows with the logarithm of the count. */
export function clusterRadius(count: number): number {
  return Math.round(9.5 + 4.5 * Math.log10(count))
}

/** A count that fits into the disc: 999, 1.2k, 12k. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count)
  const thousands = count / 1000
  return `${thousands < 9.95 ? thousands.toFixed(1).replace(/\.0$/, '') : Math.round(thousands)}k`
}

/** An arc shorter than this share of the turn would not be seen. */
const SHORTEST_ARC = 0.06

/**
 * Draws a cluster: a disc in the worst level; around it the share of members that exceed a limit as a bold part of the
 * alert ring, and within that the share that is silent, grey.
 */
export function paintCluster(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  state: ClusterState,
  colours: ThemeColours,
  font: string,
): void {
  const radius = clusterRadius(state.count)
  const level = LEVEL_COLOURS[state.level]
  disc(context, x, y, radius + 5, colours['map-label-halo'], 0.82)
  disc(context, x, y, radius, level?.fill ?? colours['glyph-none'], 1)
  if (state.live === 0) fade(context, colours['map-label-halo'])
  context.lineWidth = 1
  context.strokeStyle = colours['glyph-edge']
  context.stroke()
  if (state.silent > 0) {
    arc(context, x, y, radius + 2, state.silent / state.count, RING_WIDTH, colours['text-faint'])
  }
  if (state.exceeding > 0) {
    context.globalAlpha = 0.45
    arc(context, x, y, radius + 5.5, 1, 1.25, colours.alert)
    context.globalAlpha = 1
    arc(context, x, y, radius + 5.5, state.exceeding / state.count, RING_WIDTH + 0.75, colours.alert)
  }
  context.font = font
  context.fillStyle = inkOf(state, level, colours)
  context.fillText(shortCount(state.count), x, y + 0.5)
  const corner = radius * 0.78
  paintAlertBadge(context, x + corner, y - corner, state.worstAlert, colours)
}

function inkOf(state: ClusterState, level: LevelColour | undefined, colours: ThemeColours): string {
  return level === undefined || state.live === 0 ? colours.text : level.ink
}

function disc(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  fill: string,
  alpha: number,
): void {
  context.beginPath()
  context.arc(x, y, radius, 0, FULL_TURN)
  context.globalAlpha = alpha
  context.fillStyle = fill
  context.fill()
  context.globalAlpha = 1
}

/** Nobody in it is live: what the disc shows is not current. */
function fade(context: CanvasRenderingContext2D, ground: string): void {
  context.globalAlpha = 0.55
  context.fillStyle = ground
  context.fill()
  context.globalAlpha = 1
}

/** Part of a ring, from the top clockwise. */
function arc(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  share: number,
  width: number,
  colour: string,
): void {
  context.beginPath()
  context.arc(x, y, radius, TOP, TOP + FULL_TURN * Math.max(SHORTEST_ARC, share))
  context.lineWidth = width
  context.strokeStyle = colour
  context.stroke()
}
