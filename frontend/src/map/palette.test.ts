import { expect, test } from '@jest/globals'
import { channels, contrast, LEVEL_COLOURS } from './palette.ts'

/** Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB. */
const VISION = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}

const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)

function toLab(hex: string, matrix: number[]): [number, number, number] {
  const [r, g, b] = channels(hex).map((c) => toLinear(c / 255)) as [number, number, number]
  const seen = [0, 1, 2].map((row) => {
    const [p, q, s] = matrix.slice(row * 3, row * 3 + 3) as [number, number, number]
    return Math.max(0, Math.min(1, p * r + q * g + s * b))
  }) as [number, number, number]
  const x = (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.95047
  const y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
  const z = (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.08883
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))]
}

test.each(Object.entries(VISION))('levels stay apart for %s', (_name, matrix) => {
  const seen = LEVEL_COLOURS.map(({ fill }) => toLab(fill, matrix))
  for (let first = 0; first < seen.length; first++) {
    for (let second = first + 1; second < seen.length; second++) {
      const [a, b] = [seen[first], seen[second]] as [[number, number, number], [number, number, number]]
      // CIE76 distance; about 2 is just noticeable, 15 is told apart at a glance.
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(15)
    }
  }
})

test('text on a level is readable (WCAG 2.2, 1.4.3)', () => {
  for (const { fill, ink } of LEVEL_COLOURS) expect(contrast(fill, ink)).toBeGreaterThanOrEqual(4.5)
})
