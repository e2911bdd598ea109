import type { z } from 'zod'
import { readJsonFile } from './json-file.ts'
import type { Log } from './log.ts'
import { writePrivateFile } from './private-file.ts'
import { setFileAside } from './set-aside.ts'

export interface KeptFilePorts {
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/** What an earlier run kept, and the name under which a file that holds something else was put aside. */
export interface KeptFile<Value> {
  /** Null where there was no file, or one that can't be read. */
  readonly value: Value | null
  readonly setAside: string | null
}

/**
 * Reads a JSON file that an earlier run kept. A file that holds something else is renamed, never overwritten.
 *
 * @param damaged what the log says then
 */
export async function readKeptFile<Value>(
  { path, clock, log }: KeptFilePorts,
  schema: z.ZodType<Value>,
  damaged: string,
): Promise<KeptFile<Value>> {
  const file = await readJsonFile(path, schema)
  if (file.kind === 'missing') return { value: null, setAside: null }
  if (file.kind === 'read') return { value: file.value, setAside: null }
  const setAside = await setFileAside(path, clock())
  log.error({ setAside }, damaged)
  return { value: null, setAside }
}

/** Writes a file after each change of what it holds. */
export interface KeptFileWriter {
  /** What the file holds has changed. Many changes at once become one write. */
  changed(): void
  /** Resolves when everything is written. */
  settled(): Promise<void>
}

/**
 * Writes JSON whole or not at all, one write at a time. A write that fails is logged and made up for by the next.
 *
 * @param content what the file is to hold now
 * @param unwritten what the log says of a write that fails
 */
export function createKeptFileWriter(
  { path, log }: Pick<KeptFilePorts, 'path' | 'log'>,
  content: () => object,
  unwritten: string,
): KeptFileWriter {
  let due = false
  let writing: Promise<void> | null = null
  const write = async (): Promise<void> => {
    while (due) {
      due = false
      try {
        await writePrivateFile(path, `${JSON.stringify(content())}\n`)
      } catch (error) {
        log.error({ err: error }, unwritten)
      }
    }
    writing = null
  }
  return {
    changed() {
      due = true
      // Whoever changes much at once does so before this runs.
      writing ??= Promise.resolve().then(write)
    },
    settled: () => writing ?? Promise.resolve(),
  }
}
