/** Steps between meridians or parallels, degrees: each divides the one before, down to a few hundred metres. */
const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005]

/** The finest step that keeps lines at least `spacing` pixels apart when the world is `world` pixels wide. */
export function graticuleStep(world: number, spacing: number): number {
  const pixelsPerDegree = world / 360
  let step = STEPS[0] as number
  for (const finer of STEPS) if (finer * pixelsPerDegree >= spacing) step = finer
  return step
}

/** Multiples of `step` from `low` to `high`, free of accumulated rounding. */
export function graticuleLines(low: number, high: number, step: number): number[] {
  const lines: number[] = []
  for (let index = Math.ceil(low / step); index * step <= high; index++) {
    lines.push(Math.round(index * step * 1e6) / 1e6)
  }
  return lines
}

/** 116.5° E; as many decimals as the step needs. */
export function degreeLabel(degrees: number, step: number, hemispheres: [string, string]): string {
  const decimals = step >= 1 ? 0 : Math.ceil(-Math.log10(step))
  const side = degrees === 0 ? '' : ` ${hemispheres[degrees > 0 ? 0 : 1]}`
  return `${Math.abs(degrees).toFixed(decimals)}°${side}`
}
