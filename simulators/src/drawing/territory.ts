import type { FeatureCollection } from '@osprey/core/geo'
import { collection } from './features.ts'
import { drawJurisdictions } from './jurisdictions.ts'
import { drawWater, riverFeatures } from './rivers.ts'
import { drawRoads, drawSettlements, drawWoodland } from './scenery.ts'
import { drawSites } from './sites.ts'

/** Draws the territory of Echuan by layer: its rivers first, for borders follow them. */
export function drawTerritory(): Record<string, FeatureCollection> {
  const water = drawWater()
  return {
    jurisdictions: collection(drawJurisdictions(water)),
    rivers: collection(riverFeatures(water)),
    sites: collection(drawSites()),
    settlements: collection(drawSettlements()),
    roads: collection(drawRoads()),
    woodland: collection(drawWoodland()),
  }
}
