/** Something that a menu offers. `null` in a list of them is a line between two groups. */
export interface MenuEntry {
  label: string
  run: () => void
  danger?: boolean
  /** What it opens takes the focus: the menu does not put it back to where it was. */
  takesFocus?: boolean
  /** Why it can't be done just now; it is shown with the entry. */
  unusable?: string | null
}
export type MenuEntries = readonly (MenuEntry | null)[]
