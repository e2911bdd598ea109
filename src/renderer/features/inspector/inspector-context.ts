import { createContext, useContext } from 'react'
import type { Inspector } from '../../model/inspector/inspector-store.ts'

/** Which inspector the tabs below it belong to: the selection's, or a pinned one. */
export const InspectorContext = createContext<Inspector | null>(null)

export function useInspector(): Inspector {
  const inspector = useContext(InspectorContext)
  if (inspector === null) throw new Error('A part of an inspector was drawn outside of InspectorContext.')
  return inspector
}
