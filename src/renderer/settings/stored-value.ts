import type { z } from 'zod'

/** Something remembered on this machine between visits. */
export interface StoredValue<Value> {
  /** What was written last; null where there is nothing, or nothing that can be used. */
  read: () => Value | null
  write: (value: Value) => void
}

/**
 * Keeps a value in the browser's storage as JSON. What is read is checked: an older version, another tab or a
 * person may have written anything there. A storage that refuses (full, or forbidden) only means that nothing is
 * remembered.
 */
export function createStoredValue<Schema extends z.ZodType>(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  name: string,
  schema: Schema,
): StoredValue<z.infer<Schema>> {
  return {
    read() {
      try {
        const parsed = schema.safeParse(JSON.parse(storage.getItem(name) ?? 'null'))
        return parsed.success ? parsed.data : null
      } catch {
        return null
      }
    },
    write(value) {
      try {
        storage.setItem(name, JSON.stringify(value))
      } catch {
        // Nothing is remembered; what is on screen holds all the same.
      }
    },
  }
}
