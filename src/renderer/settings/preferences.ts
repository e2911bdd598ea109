import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createRemembered } from './remembered.ts'

export const densities = ['normal', 'compact'] as const
/** In percent of the size the panel was drawn for. */
export const textSizes = [100, 115, 130, 150, 175, 200] as const

const preferencesSchema = z.object({
  density: z.enum(densities),
  textSize: z.union(textSizes.map((size) => z.literal(size))),
  /** Width of the inspector in CSS pixels. */
  inspectorWidth: z.number().min(200).max(2000),
  /** A sound when work begins to wait for a person. */
  approvalSound: z.boolean().default(true),
})
export type PreferenceValues = Readonly<z.infer<typeof preferencesSchema>>

/** What a person set for this machine, beside the theme. */
export interface Preferences {
  readonly state: StoreApi<PreferenceValues>
  set: (change: Partial<PreferenceValues>) => void
}

/** Height of a row of clients in CSS pixels; the token `--row` says the same. */
export const rowHeights: Record<PreferenceValues['density'], number> = { normal: 34, compact: 27 }

/** Applies what is remembered at once: `data-density` and the size stand on the root element. */
export function createPreferences(ports: {
  root: { dataset: DOMStringMap; style: { zoom: string } }
  storage: Pick<Storage, 'getItem' | 'setItem'>
}): Preferences {
  const { root, storage } = ports
  const remembered = createRemembered(storage, 'busbar.preferences', preferencesSchema)
  const state = createStore<PreferenceValues>(
    () => remembered.read() ?? { density: 'normal', textSize: 100, inspectorWidth: 372, approvalSound: true },
  )
  const apply = ({ density, textSize }: PreferenceValues) => {
    root.dataset['density'] = density
    root.style.zoom = textSize === 100 ? '' : String(textSize / 100)
  }
  apply(state.getState())
  return {
    state,
    set(change) {
      state.setState(change)
      apply(state.getState())
      remembered.write(state.getState())
    },
  }
}
