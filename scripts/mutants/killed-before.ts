import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Mutant } from './mutations.ts'

/** The mutants that an earlier run killed, so that a run that was interrupted can go on. */
export interface KilledBefore {
  /** True while neither the mutated file nor the test that killed the mutant has changed. */
  has(mutant: Mutant): boolean
  /** @param by the test file that failed, null for the compiler or a run that hung */
  add(mutant: Mutant, by: string | null): void
}

/** @param path where it is kept between runs */
export function createKilledBefore(root: string, path: string, resume: boolean): KilledBefore {
  const kept = new Map<string, string | null>(resume ? read(path) : [])
  const contents = (file: string): string => readFileSync(join(root, file), 'utf8')
  const keyOf = (mutant: Mutant): string => digest(mutant.file, mutant.text)
  return {
    has(mutant) {
      const by = kept.get(keyOf(mutant))
      if (by === undefined) return false
      if (by === null) return true
      const [test = '', before] = by.split('\n')
      return digest(contents(test)) === before
    },
    add(mutant, by) {
      kept.set(keyOf(mutant), by === null ? null : `${by}\n${digest(contents(by))}`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, JSON.stringify([...kept]))
    },
  }
}

function read(path: string): [string, string | null][] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as [string, string | null][]
  } catch {
    return []
  }
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
