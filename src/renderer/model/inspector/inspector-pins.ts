import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StoredValue } from '../../settings/stored-value.ts'
import { inspectorTabs, type Inspector, type InspectorTab } from './inspector-store.ts'

/** Clients that can be pinned at once: each is a feed of its own, and more do not fit beside each other. */
export const pinsMax = 4

export const rememberedPinsSchema = z.object({
  pins: z.array(z.object({ key: z.string().max(1000), tab: z.enum(inspectorTabs) })).max(pinsMax),
  together: z.boolean(),
})

interface Pin {
  key: string
  inspector: Inspector
}

interface PinsState {
  /** In the order in which they were pinned. */
  pins: readonly Pin[]
  /** Every inspector shows the tab that was chosen in one of them. */
  together: boolean
}

export interface InspectorPinsPorts {
  /** The inspector that follows the selection. */
  main: Inspector
  create: () => Inspector
  /** Whether the list of clients has come; until then nothing that was remembered can be opened. */
  listReady: () => boolean
  remembered: StoredValue<z.infer<typeof rememberedPinsSchema>>
}

/** The inspectors that stay with one client each, beside the one that follows the selection. */
export interface InspectorPins {
  readonly state: StoreApi<PinsState>
  /** Opens the client in an inspector of its own, in the tab that the main one shows. `full`: there are `pinsMax`. */
  pin: (key: string) => 'pinned' | 'full' | 'unknown'
  unpin: (key: string) => void
  setTogether: (together: boolean) => void
  /** Shows a tab in one inspector, and in all of them where they go together. */
  showTab: (inspector: Inspector, tab: InspectorTab) => void
  /** As with an inspector. */
  listChanged: () => void
  linkChanged: () => void
  close: () => void
}

export function createInspectorPins(ports: InspectorPinsPorts): InspectorPins {
  const { main, create, listReady, remembered } = ports
  let wanted = remembered.read()
  const state = createStore<PinsState>(() => ({ pins: [], together: wanted?.together ?? false }))

  const remember = () => {
    // Before the list has come, what is remembered is not on screen yet.
    if (wanted !== null) return
    const { pins, together } = state.getState()
    remembered.change(() => ({
      pins: pins.map(({ key, inspector }) => ({ key, tab: inspector.state.getState().tab })),
      together,
    }))
  }
  const put = (key: string, tab: InspectorTab): ReturnType<InspectorPins['pin']> => {
    const { pins } = state.getState()
    if (pins.some((pin) => pin.key === key)) return 'pinned'
    if (pins.length >= pinsMax) return 'full'
    const inspector = create()
    inspector.open(key)
    if (inspector.state.getState().key === null) return 'unknown'
    inspector.showTab(tab)
    state.setState({ pins: [...pins, { key, inspector }] })
    return 'pinned'
  }

  return {
    state,
    pin(key) {
      const outcome = put(key, main.state.getState().tab)
      if (outcome === 'pinned') remember()
      return outcome
    },
    unpin(key) {
      const { pins } = state.getState()
      pins.find((pin) => pin.key === key)?.inspector.close()
      state.setState({ pins: pins.filter((pin) => pin.key !== key) })
      remember()
    },
    setTogether(together) {
      state.setState({ together })
      remember()
    },
    showTab(inspector, tab) {
      const { pins, together } = state.getState()
      const all = together ? [main, ...pins.map((pin) => pin.inspector)] : [inspector]
      for (const each of all) each.showTab(tab)
      remember()
    },
    listChanged() {
      for (const { inspector } of state.getState().pins) inspector.listChanged()
      if (wanted === null || !listReady()) return
      const { pins } = wanted
      wanted = null
      // What left in the meantime is let go: of such a client nothing is known any more.
      for (const { key, tab } of pins) put(key, tab)
    },
    linkChanged() {
      for (const { inspector } of state.getState().pins) inspector.linkChanged()
    },
    close() {
      for (const { inspector } of state.getState().pins) inspector.close()
      state.setState({ pins: [] })
    },
  }
}
