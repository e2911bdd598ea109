import { createStore, type StoreApi } from 'zustand/vanilla'

/** A short note at the edge of the window. A `problem` stays until it is closed. */
export interface Toast {
  id: number
  kind: 'done' | 'problem'
  text: string
  action?: { label: string; run: () => void }
}

export interface Toasts {
  readonly state: StoreApi<{ toasts: readonly Toast[] }>
  show: (toast: Omit<Toast, 'id'>) => void
  close: (id: number) => void
}

/** More than so many at once hide what they stand on: the oldest goes. */
const most = 4

export function createToasts(): Toasts {
  const state = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }))
  let last = 0
  return {
    state,
    show(toast) {
      last += 1
      const id = last
      state.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - most), { ...toast, id }] }))
    },
    close: (id) => state.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  }
}
