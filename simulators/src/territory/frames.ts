import type { Point } from './plane.ts'

/** A park's own axes: its lower left corner in km, and the angle of its main road against east, radians. */
export interface Frame {
  origin: Point
  tilt: number
}

export const HEYANG_PARK: Frame = { origin: [8.6, -3.1], tilt: -0.36 }
export const DONGGANG_PARK: Frame = { origin: [13.2, -12.6], tilt: -0.42 }

export function plainFrame(origin: Point, tilt: number): Frame {
  return { origin, tilt }
}

/** A point given along and across a frame, on the plane of the territory. */
export function inFrame({ origin, tilt }: Frame, [x, y]: Point): Point {
  return [
    origin[0] + x * Math.cos(tilt) - y * Math.sin(tilt),
    origin[1] + x * Math.sin(tilt) + y * Math.cos(tilt),
  ]
}

/** A closed ring of corners given in a frame. */
export function fence(frame: Frame, corners: readonly Point[]): Point[] {
  return [...corners, corners[0] as Point].map((corner) => inFrame(frame, corner))
}
