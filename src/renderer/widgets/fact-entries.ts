import { copyAndTell } from '../model/toasts/copy-and-tell.ts'
import type { MenuEntries } from '../ui/menu-entries.ts'
import type { Toasts } from '../model/toasts/toasts.ts'

/** What can be done with a fact: it is copied, alone or with its name. */
export function factEntries(toasts: Toasts, name: string, value: string): MenuEntries {
  const unusable = value === '' ? 'there is none' : null
  return [
    { label: 'Copy value', run: () => copyAndTell(toasts, name.toLowerCase(), value), unusable },
    {
      label: 'Copy name and value',
      run: () => copyAndTell(toasts, 'name and value', `${name}: ${value}`),
      unusable,
    },
  ]
}
