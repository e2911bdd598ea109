import type { z } from 'zod'
import type { SafeStorage } from './safe-storage.ts'

/** Something remembered on this machine between visits, which all tabs of a browser share. */
export interface StoredValue<Value> {
  /** What was written last; null where there is nothing, or nothing that can be used. */
  read: () => Value | null
  /**
   * Writes what `edit` makes of what is kept now, and answers it. Another tab may have written since this one read: so
   * `edit` changes what the person changed, and leaves the rest as it is given.
   */
  change: (edit: (kept: Value | null) => Value) => Value
  /** Calls with what another tab wrote, as far as it can be used. */
  follow: (listener: (kept: Value) => void) => void
}

/**
 * Keeps a value in the browser's storage as JSON. What is read is checked: an older version, another tab or a
 * person may have written anything there.
 */
export function createStoredValue<Schema extends z.ZodType>(
  storage: SafeStorage,
  name: string,
  schema: Schema,
): StoredValue<z.infer<Schema>> {
  const read = (): z.infer<Schema> | null => {
    try {
      const parsed = schema.safeParse(JSON.parse(storage.getItem(name) ?? 'null'))
      return parsed.success ? parsed.data : null
    } catch {
      return null
    }
  }
  return {
    read,
    change(edit) {
      const next = edit(read())
      const text = JSON.stringify(next)
      if (text !== storage.getItem(name)) storage.setItem(name, text)
      return next
    },
    follow(listener) {
      storage.follow(name, () => {
        const kept = read()
        if (kept !== null) listener(kept)
      })
    },
  }
}
