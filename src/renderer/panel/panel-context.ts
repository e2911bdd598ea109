import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Theme } from '../theme/theme.ts'
import type { Panel } from './panel.ts'
import type { Preferences } from '../settings/preferences.ts'
import type { Router } from './router.ts'

/** What the components stand on. */
export interface PanelParts {
  panel: Panel
  theme: Theme
  router: Router
  preferences: Preferences
}

export const PanelContext = createContext<PanelParts | null>(null)

export function useParts(): PanelParts {
  const parts = useContext(PanelContext)
  if (parts === null) throw new Error('A component of the panel was drawn outside of PanelContext.')
  return parts
}

export const usePanel = (): Panel => useParts().panel
export const useTheme = (): Theme => useParts().theme
export const usePreferences = (): Preferences => useParts().preferences
export const useRouter = (): Router => useParts().router

/** True while what is on screen is kept true by a live connection. */
export function useLive(): boolean {
  return useStore(usePanel().connection.state, (state) => state.kind === 'live')
}
