import { useStore } from 'zustand'
import { useMedia } from '../ui/use-media.ts'
import { usePreferences } from './panel-context.ts'

/**
 * Whether the window is, for the text size that is set, too narrow for a list and what is open beside each other. The
 * style sheets ask for the same by `@container panel (width <= 1000px)`.
 */
export function useNarrow(): boolean {
  const textSize = useStore(usePreferences().state, (state) => state.textSize)
  return useMedia(`(max-width: ${10 * textSize}px)`)
}
