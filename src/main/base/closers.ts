import type { Log } from './log.ts'

export interface Closable {
  close(): void | Promise<void>
}

/** What was opened, so that it can be closed in reverse: what was opened last may use what was opened before it. */
export interface Closers {
  /** Puts a part on the stack and returns it. */
  add<Part extends Closable>(part: Part): Part
  /**
   * Closes everything, one after the other, the last one first. A part that can't be closed is logged and the others
   * are closed all the same. Never rejects. A second call waits for the first one and closes nothing twice.
   */
  close(): Promise<void>
}

export function createClosers(log: Log): Closers {
  const parts: Closable[] = []
  let closing: Promise<void> | null = null

  async function closeAll(): Promise<void> {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await part.close()
      } catch (error) {
        log.error({ err: error }, 'a part of Busbar could not be closed; the others are closed all the same')
      }
    }
  }

  return {
    add(part) {
      parts.push(part)
      return part
    },
    close: () => (closing ??= closeAll()),
  }
}
