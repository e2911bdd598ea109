import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PanelStatus } from '../../../shared/status.ts'

/** What the main process last said of itself, and how long a call to it takes. */
export interface StatusState {
  status: PanelStatus | null
  /** Milliseconds, null before the first measurement and while nothing answers. */
  roundTripMs: number | null
}

export function createStatus(): StoreApi<StatusState> {
  return createStore<StatusState>(() => ({ status: null, roundTripMs: null }))
}
