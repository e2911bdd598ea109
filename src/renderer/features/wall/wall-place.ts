import { createContext, useContext } from 'react'
import type { StoreApi } from 'zustand/vanilla'
import type { WallRegion } from '../../model/clients/client-order.ts'
import type { RegionPlace } from '../../model/wall/wall-layout.ts'

/** Where the two regions of the wall stand; null before they have been drawn. */
export type WallPlaces = Readonly<Record<WallRegion, RegionPlace | null>>

export const WallPlacesContext = createContext<StoreApi<WallPlaces> | null>(null)

export function useWallPlaces(): StoreApi<WallPlaces> {
  const places = useContext(WallPlacesContext)
  if (places === null) throw new Error('A part of the wall was drawn outside of WallPlacesContext.')
  return places
}
