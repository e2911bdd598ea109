import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SafeStorage } from './safe-storage.ts'
import { createStoredValue } from './stored-value.ts'

/** How often a picture of a Blender is taken while somebody looks at it, in seconds; null for only when asked. */
export const pictureIntervals = [null, 2, 5, 10, 30] as const
const pictureIntervalSchema = z.literal(pictureIntervals)
export const cardSizes = ['small', 'medium', 'large'] as const
export const densities = ['normal', 'compact'] as const
/** In percent of the size the panel was drawn for. */
export const textSizes = [100, 115, 130, 150, 175, 200] as const

/** How the cards of the wall are until a person chooses otherwise. */
export const wallDefaults = { cardSize: 'medium', wallSeconds: 10 } as const

const preferencesSchema = z.object({
  density: z.enum(densities),
  textSize: z.union(textSizes.map((size) => z.literal(size))),
  /** Width of the inspector in CSS pixels. */
  inspectorWidth: z.number().min(200).max(2000),
  /** A sound when work begins to wait for a person. */
  approvalSound: z.boolean().default(true),
  cardSize: z.enum(cardSizes).default(wallDefaults.cardSize),
  /** For the cards on the wall, and for the one picture in the inspector. */
  wallSeconds: pictureIntervalSchema.default(wallDefaults.wallSeconds),
  viewportSeconds: pictureIntervalSchema.default(5),
})
export type PreferenceValues = Readonly<z.infer<typeof preferencesSchema>>

/** What a person set for this machine, beside the theme. */
export interface Preferences {
  readonly state: StoreApi<PreferenceValues>
  set: (change: Partial<PreferenceValues>) => void
}

/** Height of a row of clients in CSS pixels; the token `--row` says the same. */
export const rowHeights: Record<PreferenceValues['density'], number> = { normal: 34, compact: 27 }

/**
 * Applies what is remembered at once, and what another tab sets: `data-density` and `data-text-size` stand on the root
 * element, which is zoomed.
 */
export function createPreferences(ports: {
  root: { dataset: DOMStringMap; style: { zoom: string } }
  storage: SafeStorage
}): Preferences {
  const { root, storage } = ports
  const remembered = createStoredValue(storage, 'busbar.preferences', preferencesSchema)
  const state = createStore<PreferenceValues>(
    () =>
      remembered.read() ?? preferencesSchema.parse({ density: 'normal', textSize: 100, inspectorWidth: 372 }),
  )
  const show = (values: PreferenceValues) => {
    state.setState(values)
    const { density, textSize } = values
    root.dataset['density'] = density
    root.dataset['textSize'] = String(textSize)
    root.style.zoom = textSize === 100 ? '' : String(textSize / 100)
  }
  show(state.getState())
  remembered.follow(show)
  return {
    state,
    set(change) {
      show(remembered.change((kept) => ({ ...(kept ?? state.getState()), ...change })))
    },
  }
}
