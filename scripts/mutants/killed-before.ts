import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Mutant } from './mutations.ts'

/** How a mutant was found: by the compiler, by a run without an end, or by a test. */
export type Found =
  | { readonly fate: 'refused' | 'hung' }
  | {
      readonly fate: 'killed'
      /** The test file that failed. */
      readonly by: string
    }

/** The mutants that an earlier run found, so that a run that was interrupted can go on. */
export interface KilledBefore {
  /** Null where none did, or where the mutated file or the test that killed the mutant has changed since. */
  fateOf(mutant: Mutant): Found['fate'] | null
  add(mutant: Mutant, found: Found): void
}

/**
 * @param path where it is kept between runs
 * @param resume whether what earlier runs found counts
 */
export function createKilledBefore(root: string, path: string, resume: boolean): KilledBefore {
  const kept = new Map(resume ? read(path) : [])
  const keyOf = (mutant: Mutant): string => digest(mutant.file, mutant.text)
  const digestOf = (test: string): string | null => {
    const file = join(root, test)
    return existsSync(file) ? digest(readFileSync(file, 'utf8')) : null
  }
  return {
    fateOf(mutant) {
      const found = kept.get(keyOf(mutant))
      if (found === undefined) return null
      return found.by === undefined || digestOf(found.by) === found.digest ? found.fate : null
    },
    add(mutant, found) {
      const { fate } = found
      // Another run, of other files, may have written meanwhile.
      const all = new Map(read(path))
      all.set(keyOf(mutant), fate === 'killed' ? { ...found, digest: digestOf(found.by) } : { fate })
      mkdirSync(dirname(path), { recursive: true })
      const written = `${path}.${String(process.pid)}`
      writeFileSync(written, JSON.stringify([...all]))
      renameSync(written, path)
    },
  }
}

interface Kept {
  readonly fate: Found['fate']
  readonly by?: string
  readonly digest?: string | null
}

function read(path: string): [string, Kept][] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as [string, Kept][]
  } catch {
    return []
  }
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
