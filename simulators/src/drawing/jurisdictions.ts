import type { Feature } from '@osprey/core/geo'
import type { Point } from '../territory/plane.ts'
import { lengthOf, nearestKm, pointAlong, section } from './curves.ts'
import { polygonFeature, SEED } from './features.ts'
import { borderThrough } from './land.ts'
import type { Water } from './rivers.ts'

/** Where three areas meet, or two and the outside, km. */
const NORTH_WEST: Point = [-4.2, 17.4]
const EAST: Point = [22.3, 6.2]
const SOUTH_EAST: Point = [22.6, -4.6]
const SOUTH: Point = [5.2, -17]
const WEST: Point = [-23.4, 0.6]
const BAMBOO_PASS: Point = [-5, 9]
const PLUM_PASS: Point = [-12.4, -1]
const CAO_BRIDGE: Point = [4.2, -9.8]

/** Seven jurisdictions. Each border is drawn once and used by both neighbours, so they meet without gaps. */
export function drawJurisdictions(water: Water): Feature[] {
  const b = drawBorders(water)
  return [
    area('yunmen', 'Yunmen County', '云门县', 'county', [
      b.yunmenBeiling,
      b.yunmenEcheng,
      b.yunmenJinghu,
      back(b.yunmenNanping),
      b.outerNorthWest,
    ]),
    area('beiling', 'Beiling County', '北岭县', 'county', [
      b.outerNorth,
      back(b.beilingHeyang),
      back(b.beilingEcheng),
      back(b.yunmenBeiling),
    ]),
    area('echeng', 'Echeng District', '鹗城区', 'district', [
      b.beilingEcheng,
      b.echengHeyang,
      back(b.echengJinghu),
      back(b.yunmenEcheng),
    ]),
    area('jinghu', 'Jinghu District', '镜湖区', 'district', [
      b.echengJinghu,
      b.jinghuHeyang,
      b.jinghuDonggang,
      back(b.jinghuNanping),
      back(b.yunmenJinghu),
    ]),
    area('heyang', 'Heyang New Area', '河阳新区', 'new area', [
      b.beilingHeyang,
      b.outerEast,
      back(b.heyangDonggang),
      back(b.jinghuHeyang),
      back(b.echengHeyang),
    ]),
    area('donggang', 'Donggang District', '东港区', 'district', [
      b.heyangDonggang,
      b.outerSouthEast,
      back(b.nanpingDonggang),
      back(b.jinghuDonggang),
    ]),
    area('nanping', 'Nanping County', '南坪县', 'county', [
      b.nanpingDonggang,
      b.outerSouthWest,
      b.yunmenNanping,
      b.jinghuNanping,
    ]),
  ]
}

/** Some follow a river or the lake's shore, as borders do; the rest follow ridges. */
function drawBorders({ lan, shuang, mirrorLake }: Water) {
  const townWest = at(lan, [-8, 4.6])
  const heyangQuay = at(lan, [8.6, -4.8])
  const shuangFord = at(shuang, [6.4, 9.6])
  const mouth = shuang.at(-1) as Point
  const southShore = shorterWay(mirrorLake, [-7.4, -3.4], [-3.6, -3.2])
  let drawn = 0
  const ridge = (points: readonly Point[], roughness?: number) =>
    borderThrough(points, SEED + 20 * ++drawn, roughness)
  return {
    echengHeyang: section(shuang, nearestKm(shuang, shuangFord), lengthOf(shuang)),
    echengJinghu: between(lan, townWest, mouth),
    jinghuHeyang: between(lan, mouth, heyangQuay),
    jinghuNanping: joined([
      ridge([PLUM_PASS, southShore[0] as Point]),
      southShore,
      ridge([southShore.at(-1) as Point, [0, -6], CAO_BRIDGE]),
    ]),
    yunmenBeiling: ridge([NORTH_WEST, [-6, 13.4], BAMBOO_PASS]),
    beilingEcheng: ridge([BAMBOO_PASS, [0.4, 8.2], shuangFord]),
    beilingHeyang: ridge([shuangFord, [13.6, 8], EAST]),
    yunmenEcheng: ridge([BAMBOO_PASS, townWest]),
    yunmenJinghu: ridge([townWest, [-11, 2], PLUM_PASS]),
    yunmenNanping: ridge([WEST, [-17.6, 0.8], PLUM_PASS]),
    jinghuDonggang: ridge([heyangQuay, CAO_BRIDGE]),
    nanpingDonggang: ridge([CAO_BRIDGE, SOUTH]),
    heyangDonggang: ridge([heyangQuay, [12.6, -5.4], [16.4, -5], SOUTH_EAST], 0.09),
    outerNorth: ridge([NORTH_WEST, [3, 18.6], [11, 16.8], [18, 12.4], EAST]),
    outerEast: ridge([EAST, [23.6, 1.4], SOUTH_EAST]),
    outerSouthEast: ridge([SOUTH_EAST, [23.2, -10], [19.4, -15.4], [12, -17.4], SOUTH]),
    outerSouthWest: ridge([SOUTH, [-4, -16.4], [-13, -17], [-20.6, -13], [-23.8, -6], WEST]),
    outerNorthWest: ridge([WEST, [-24.6, 7], [-22.4, 14.4], [-14, 18.2], NORTH_WEST]),
  }
}

function area(
  id: string,
  name: string,
  nameZh: string,
  level: string,
  parts: readonly (readonly Point[])[],
): Feature {
  return polygonFeature(id, { name, name_zh: nameZh, level }, joined(parts))
}

function at(line: readonly Point[], point: Point): Point {
  return pointAlong(line, nearestKm(line, point))
}

function between(line: readonly Point[], from: Point, to: Point): Point[] {
  return section(line, nearestKm(line, from), nearestKm(line, to))
}

/** The way along a ring between two of its points, whichever is shorter. */
function shorterWay(ring: readonly Point[], from: Point, to: Point): Point[] {
  const total = lengthOf(ring)
  const fromKm = nearestKm(ring, from)
  const toKm = nearestKm(ring, to)
  const onwards = (start: number, end: number) =>
    end >= start ? section(ring, start, end) : joined([section(ring, start, total), section(ring, 0, end)])
  const there = onwards(fromKm, toKm)
  const around = back(onwards(toKm, fromKm))
  return lengthOf(there) <= lengthOf(around) ? there : around
}

/** Lines end to end; each begins where the one before ends. */
function joined(parts: readonly (readonly Point[])[]): Point[] {
  return parts.flatMap((part, index) => (index === 0 ? part : part.slice(1)))
}

function back(line: readonly Point[]): Point[] {
  return [...line].reverse()
}
