import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isBuildStale } from '../../../scripts/build-if-stale.ts'

let root: string

/** Writes a file that was changed so many seconds after 2001. */
function put(path: string, second: number): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, path)
  const at = new Date(Date.UTC(2001, 0, 1, 0, 0, second))
  utimesSync(file, at, at)
  utimesSync(dirname(file), at, at)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'busbar-stale-'))
  for (const input of ['package.json', 'package-lock.json', 'electron.vite.config.ts']) put(input, 10)
  put('src/main/app.ts', 10)
  put('src/index.ts', 10)
  for (const output of [
    ...['main/desktop.js', 'main/cli.js', 'main/log-reader-worker.js', 'main/take-over-worker.js'],
    ...['preload/preload.cjs', 'renderer/index.html'],
  ]) {
    put(`out/${output}`, 20)
  }
  put('out/.stamp', 20)
})
afterEach(() => rmSync(root, { recursive: true }))

describe('isBuildStale', () => {
  it('is content with a build that is newer than its sources', () => {
    expect(isBuildStale(root)).toBe(false)
  })

  it.each(['src/main/app.ts', 'package.json', 'package-lock.json', 'electron.vite.config.ts'])(
    'builds again after a change of %s',
    (file) => {
      put(file, 30)
      expect(isBuildStale(root)).toBe(true)
    },
  )

  it('builds again after a source file was removed', () => {
    rmSync(join(root, 'src/main/app.ts'))
    expect(isBuildStale(root)).toBe(true)
  })

  it.each(['main/desktop.js', 'main/cli.js', 'preload/preload.cjs', 'renderer/index.html', '.stamp'])(
    'builds again without %s',
    (file) => {
      rmSync(join(root, 'out', file))
      expect(isBuildStale(root)).toBe(true)
    },
  )
})
