import type { Feature } from '@osprey/core/geo'
import type { Point } from '../territory/plane.ts'
import { lengthOf, nearestKm, pointAlong, section, untilMeeting } from './curves.ts'
import { lineFeature, path, polygonFeature, SEED } from './features.ts'
import { banks, lake, meander, reservoir } from './water.ts'

interface Stream {
  id: string
  name: string
  nameZh: string
  line: Point[]
}

export interface Water {
  /** From where it enters the territory; it flows through the reservoir. */
  lan: Point[]
  /** Where the reservoir begins and where its dam stands, km along the river. */
  flooded: { fromKm: number; toKm: number }
  shuang: Point[]
  cao: Point[]
  streams: Stream[]
  mirrorLake: Point[]
  yunmen: Point[]
  ponds: Point[][]
}

const POND_CENTRES = path(
  '-9.2 -6.4, -12.8 -6.2, -1.2 -5.6, 5.2 -10.6, 10.6 5.6, -18.4 3.2, 17.6 -14.2, 13.4 9.2',
)

/** The Lan with its two tributaries, eight streams, the lake, the reservoir and the ponds. */
export function drawWater(): Water {
  const lan = drawLan()
  const shuang = tributary(
    'shuang',
    1.25,
    '7.4 17.6, 5.4 14, 6.8 10.6, 5.4 7.4, 4.2 4.6, 4.5 1.6',
    lan,
    [4.2, -1.2],
  )
  const cao = tributary(
    'cao',
    1.1,
    '-21 -11.6, -15 -9.6, -9.4 -8.2, -4.2 -7.6, 1.2 -7.2, 5.6 -7.4',
    lan,
    [10.2, -6],
  )
  const flooded = { fromKm: nearestKm(lan, [-19.6, 12.9]), toKm: nearestKm(lan, [-13.6, 8.6]) }
  const mirrorLake = lake([-5.4, -2.7], [2.1, 1.15], 0.18, SEED + 4)
  const canal = [on(mirrorLake, [-3.2, -2.4]), ...path('-1.4 -2, 0.8 -1.7'), on(lan, [2.6, -0.8])]
  return {
    lan,
    flooded,
    shuang,
    cao,
    mirrorLake,
    yunmen: reservoir(lan, flooded.fromKm, flooded.toKm, 1.5, SEED),
    streams: [
      stream('song', 'Pine Gully', '松涧', [...path('-9.4 17.2, -10.2 14, -11.6 11.2'), on(lan, [-12.6, 8])]),
      stream('mei', 'Plum Brook', '梅溪', [
        ...path('-16 -1.6, -12.4 -3, -9.6 -2.8'),
        on(mirrorLake, [-7.6, -3]),
      ]),
      stream('jing', 'Mirror Canal', '镜湖引河', canal, 0.15),
      stream('shi', 'Stone Gully', '石涧', [...path('18.4 4.6, 16.2 1.4, 14.2 -2.4'), on(lan, [13, -6.8])]),
      stream('dong', 'East Brook', '东溪', [
        ...path('15.6 15.4, 12.2 13.2, 9.2 12.2'),
        on(shuang, [6.4, 10.8]),
      ]),
      stream('zhu', 'Bamboo Gully', '竹涧', [...path('-2.4 16, -0.6 12.4, 1.8 9.6'), on(shuang, [4.9, 6.2])]),
      stream('nan', 'South Brook', '南溪', [...path('-4.6 -15.4, -3 -12.6, -1 -10'), on(cao, [0.6, -7.2])]),
      stream('gan', 'Orange Brook', '柑溪', [
        ...path('-17 -15.2, -14.2 -13, -12.4 -11'),
        on(cao, [-10.4, -8.4]),
      ]),
    ],
    ponds: POND_CENTRES.map((centre, index) => {
      const size = 0.24 + 0.05 * (index % 4)
      return lake(centre, [size, size * 0.58], index * 0.7, SEED + 40 + index)
    }),
  }
}

/** The rivers layer. The Lan is cut by its reservoir: `lan` begins at the dam, and its km count from there. */
export function riverFeatures({
  lan,
  flooded,
  shuang,
  cao,
  streams,
  mirrorLake,
  yunmen,
  ponds,
}: Water): Feature[] {
  const upper = section(lan, 0, flooded.fromKm + 0.1)
  const lower = section(lan, flooded.toKm, lengthOf(lan))
  const total = lengthOf(lower)
  const named = (name: string, nameZh: string, feature: string) => ({ name, name_zh: nameZh, feature })
  const lanName = named('Lan River', '岚江', 'river')
  return [
    polygonFeature('yunmen-reservoir', named('Yunmen Reservoir', '云门水库', 'reservoir'), yunmen),
    polygonFeature('mirror-lake', named('Mirror Lake', '镜湖', 'lake'), mirrorLake),
    ...ponds.map((ring, index) =>
      polygonFeature(`pond-${index + 1}`, named(`Pond ${index + 1}`, `${index + 1} 号塘`, 'pond'), ring),
    ),
    polygonFeature(
      'lan-water',
      { ...lanName, feature: 'riverbank' },
      banks(lower, (km) => 0.08 + 0.1 * (km / total)),
    ),
    lineFeature('lan-upper', { ...lanName, width: 60 }, upper),
    lineFeature('lan', { ...lanName, width: 120 }, lower),
    lineFeature('shuang', { ...named('Shuang Creek', '霜溪', 'tributary'), width: 40 }, shuang),
    lineFeature('cao', { ...named('Cao Creek', '草溪', 'tributary'), width: 35 }, cao),
    ...streams.map(({ id, name, nameZh, line }) => {
      const isCanal = id === 'jing'
      return lineFeature(
        id,
        { ...named(name, nameZh, isCanal ? 'canal' : 'stream'), width: isCanal ? 20 : 10 },
        line,
      )
    }),
  ]
}

function drawLan(): Point[] {
  return meander({
    name: 'lan',
    guide: path(
      '-24 15.8, -19 12.6, -15.4 9.8, -11.6 7.2, -8 4.6, -4.6 2.9, -1.6 1.1, 0 0, 1.8 -0.4, 4.4 -1.4, ' +
        '7 -3.6, 9.6 -5.6, 12.8 -6.8, 16 -8.8, 19.2 -10, 24 -13.4',
    ),
    wavelength: 2.6,
    // Between quays in the town, wandering in the plains above and below it.
    sinuosity: (share) => 0.95 - 0.75 * bump(share, 0.5, 0.075) - 0.3 * bump(share, 0.1, 0.12),
    seed: SEED,
  })
}

/** A river that ends where it first meets the main one, near the mouth given. */
function tributary(
  name: string,
  wavelength: number,
  guide: string,
  main: readonly Point[],
  mouth: Point,
): Point[] {
  const course = [...path(guide), on(main, mouth)]
  return untilMeeting(meander({ name, guide: course, wavelength, sinuosity: () => 0.88, seed: SEED }), main)
}

function stream(id: string, name: string, nameZh: string, guide: readonly Point[], sinuosity = 0.7): Stream {
  const line = meander({ name: id, guide, wavelength: 0.8, sinuosity: () => sinuosity, seed: SEED })
  return { id, name, nameZh, line }
}

/** The point of a line nearest to another point. */
function on(line: readonly Point[], point: Point): Point {
  return pointAlong(line, nearestKm(line, point))
}

/** 1 at the centre, falling to 0 beyond `width` on either side. */
function bump(at: number, centre: number, width: number): number {
  const away = Math.min(1, Math.abs(at - centre) / width)
  return (1 + Math.cos(Math.PI * away)) / 2
}
