import { createStore, type StoreApi } from 'zustand/vanilla'

/**
 * Which rows are selected. `active` is the row that the keyboard stands on; a range goes from `anchor` to it.
 * `focusTurn` grows with each wish that the active row takes the focus.
 */
interface SelectionState {
  selected: ReadonlySet<string>
  active: string | null
  anchor: string | null
  focusTurn: number
}

/** How a row is chosen: alone, added or taken away, or with all rows since the anchor. */
type SelectMode = 'only' | 'toggle' | 'range'

const nothing: SelectionState = { selected: new Set(), active: null, anchor: null, focusTurn: 0 }

function range(order: readonly string[], from: string | null, to: string): Set<string> {
  const a = from === null ? -1 : order.indexOf(from)
  const b = order.indexOf(to)
  if (a === -1 || b === -1) return new Set([to])
  return new Set(order.slice(Math.min(a, b), Math.max(a, b) + 1))
}

/** The selection after a row was chosen. `order` is all rows as shown, both grids one after the other. */
function selectRow(
  state: SelectionState,
  order: readonly string[],
  key: string,
  mode: SelectMode,
): SelectionState {
  switch (mode) {
    case 'only':
      return { ...state, selected: new Set([key]), active: key, anchor: key }
    case 'toggle': {
      const selected = new Set(state.selected)
      if (!selected.delete(key)) selected.add(key)
      return { ...state, selected, active: key, anchor: key }
    }
    case 'range':
      return {
        ...state,
        selected: range(order, state.anchor, key),
        active: key,
        anchor: state.anchor ?? key,
      }
  }
}

/**
 * The selection without rows that are no longer shown: nothing out of sight can be acted on. Where the active row
 * left, the keyboard stands on the row that followed it, or else on the one before it.
 */
function keepShown(
  state: SelectionState,
  before: readonly string[],
  order: readonly string[],
): SelectionState {
  const shown = new Set(order)
  const at = state.active === null ? -1 : before.indexOf(state.active)
  const isShown = (key: string) => shown.has(key)
  const active =
    state.active === null || shown.has(state.active)
      ? state.active
      : at === -1
        ? null
        : (before.slice(at).find(isShown) ?? before.slice(0, at).findLast(isShown) ?? null)
  const anchor = state.anchor !== null && shown.has(state.anchor) ? state.anchor : null
  const selected = [...state.selected].filter((key) => shown.has(key))
  if (active === state.active && anchor === state.anchor && selected.length === state.selected.size)
    return state
  return { ...state, active, anchor, selected: new Set(selected) }
}

/** Where the keyboard goes from `active`: so many rows on, within the rows shown. */
export function step(order: readonly string[], active: string | null, by: number): string | null {
  if (order.length === 0) return null
  const at = active === null ? -1 : order.indexOf(active)
  if (at === -1) return (by < 0 ? order.at(-1) : order[0]) ?? null
  return order[Math.max(0, Math.min(order.length - 1, at + by))] ?? null
}

export interface Selection {
  readonly state: StoreApi<SelectionState>
  select: (order: readonly string[], key: string, mode: SelectMode) => void
  selectAll: (order: readonly string[]) => void
  /** Stands on a row without selecting it. */
  standOn: (key: string) => void
  /** Puts the focus on the active row. */
  focusActive: () => void
  /** Follows a change of the rows shown, from `before` to `order`. */
  keepShown: (before: readonly string[], order: readonly string[]) => void
  clear: () => void
}

export function createSelection(): Selection {
  const state = createStore<SelectionState>(() => nothing)
  return {
    state,
    select: (order, key, mode) => state.setState((now) => selectRow(now, order, key, mode)),
    selectAll: (order) =>
      state.setState((now) => ({ ...now, selected: new Set(order), active: now.active ?? order[0] ?? null })),
    standOn: (key) => state.setState({ active: key }),
    focusActive: () => state.setState((now) => ({ focusTurn: now.focusTurn + 1 })),
    keepShown: (before, order) => state.setState((now) => keepShown(now, before, order)),
    clear: () => state.setState({ selected: new Set(), anchor: null }),
  }
}
