import { createStore, type StoreApi } from 'zustand/vanilla'

/** What a person chose; `system` follows the operating system. */
export const themeChoices = ['light', 'dark', 'system'] as const
export type ThemeChoice = (typeof themeChoices)[number]

const storageName = 'busbar.theme'

/** What `createTheme` needs of the browser. */
export interface ThemePorts {
  root: { dataset: DOMStringMap }
  storage: Pick<Storage, 'getItem' | 'setItem'> & {
    /** Calls when another tab chose another theme. */
    follow: (name: string, changed: () => void) => void
  }
  /** The system's wish for a light theme. */
  prefersLight: Pick<MediaQueryList, 'matches' | 'addEventListener'>
}

export interface Theme {
  readonly state: StoreApi<{ choice: ThemeChoice }>
  choose: (choice: ThemeChoice) => void
}

/**
 * Applies the remembered theme at once and keeps it in step with the system where `system` is chosen. The chosen
 * colours stand on the root element as `data-theme`.
 */
export function createTheme({ root, storage, prefersLight }: ThemePorts): Theme {
  const remembered = (): ThemeChoice =>
    themeChoices.find((choice) => choice === storage.getItem(storageName)) ?? 'system'
  const state = createStore<{ choice: ThemeChoice }>(() => ({ choice: remembered() }))
  const apply = () => {
    const { choice } = state.getState()
    root.dataset['theme'] = choice === 'system' ? (prefersLight.matches ? 'light' : 'dark') : choice
  }
  apply()
  prefersLight.addEventListener('change', apply)
  storage.follow(storageName, () => {
    state.setState({ choice: remembered() })
    apply()
  })
  return {
    state,
    choose(choice) {
      storage.setItem(storageName, choice)
      state.setState({ choice })
      apply()
    },
  }
}
