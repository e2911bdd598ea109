import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isDataDirTaken, takeDataLock } from '../../../../src/main/config/data-lock.ts'

let root: string
let dataDir: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'busbar-lock-'))
  dataDir = join(root, 'data')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const release = expect.any(Function) as () => void

describe('the lock of a data directory', () => {
  test('is had by one at a time, and leaves one empty file that only its owner may read', async () => {
    const first = takeDataLock(dataDir)
    expect(first).toStrictEqual({ kind: 'held', release })
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'taken' })
    expect(isDataDirTaken(dataDir)).toBe(true)
    expect(await readdir(dataDir)).toStrictEqual(['server.lock'])
    const { size, mode } = await stat(join(dataDir, 'server.lock'))
    expect([size, (mode & 0o777).toString(8)]).toStrictEqual([0, '600'])
    expect(((await stat(dataDir)).mode & 0o777).toString(8)).toBe('700')
    if (first.kind === 'held') {
      first.release()
      first.release()
    }
    expect(isDataDirTaken(dataDir)).toBe(false)
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'held', release })
  })

  test('is another one in another directory', () => {
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'held', release })
    expect(takeDataLock(join(root, 'other'))).toStrictEqual({ kind: 'held', release })
  })

  test('stays with a process that forgets it, and goes with one that is killed', async () => {
    const module = new URL('../../../../src/main/config/data-lock.ts', import.meta.url).href
    const source = `
      import { takeDataLock } from ${JSON.stringify(module)}
      const { kind } = takeDataLock(${JSON.stringify(dataDir)})
      // A finalizer runs after the turn in which its object was collected.
      for (let turn = 0; turn < 3; turn += 1) {
        globalThis.gc()
        await new Promise((resolve) => setImmediate(resolve))
      }
      process.stdout.write(kind)
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module-typescript', '-e', source])
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    expect(said.toString()).toBe('held')
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'taken' })
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'held', release })
  })

  test('can’t be had where there can be no such file', async () => {
    await mkdir(join(dataDir, 'server.lock'), { recursive: true })
    expect(takeDataLock(dataDir)).toStrictEqual({ kind: 'none', reason: 'unable to open database file' })
    expect(isDataDirTaken(dataDir)).toBe(false)
    const file = join(root, 'file')
    await writeFile(file, '')
    expect(takeDataLock(file)).toStrictEqual({
      kind: 'none',
      reason: `EEXIST: file already exists, mkdir '${file}'`,
    })
  })
})
