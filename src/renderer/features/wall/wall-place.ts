import { createContext, useContext } from 'react'
import type { StoreApi } from 'zustand/vanilla'
import type { RegionPlace } from './wall-layout.ts'

/** Where the two regions of the wall stand; null before they have been drawn. */
export interface WallPlaces {
  readonly blenders: RegionPlace | null
  readonly others: RegionPlace | null
}
export type WallRegion = keyof WallPlaces

export const WallPlacesContext = createContext<StoreApi<WallPlaces> | null>(null)

export function useWallPlaces(): StoreApi<WallPlaces> {
  const places = useContext(WallPlacesContext)
  if (places === null) throw new Error('A part of the wall was drawn outside of WallPlacesContext.')
  return places
}
