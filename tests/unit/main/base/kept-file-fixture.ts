import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { KeptFilePorts } from '../../../../src/main/base/kept-file.ts'

/** A file of that name in a folder of each test's own. `lines` has what the log says of errors. */
export function keptFileFixture(name: string): {
  readonly folder: () => string
  readonly ports: () => KeptFilePorts
  readonly lines: readonly string[]
} {
  let folder = ''
  const lines: string[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_: object, text: string) => void lines.push(text),
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'busbar-kept-'))
    lines.length = 0
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  return { folder: () => folder, ports: () => ({ path: join(folder, name), clock: () => 0, log }), lines }
}
