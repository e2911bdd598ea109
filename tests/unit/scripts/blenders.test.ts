import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { blenderProblem, blenderVersion, sampledBlenders } from '../../../scripts/blenders.ts'
import { findOnPath } from '../../../scripts/programs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-blenders-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function put(path: string, text: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

describe('a Blender of the list', () => {
  it('can run where its program is: a file, a name on the PATH, or in a root folder', () => {
    const program = put('blender', '')
    put('sid/usr/bin/blender', '')
    expect([program, 'node', join(folder, 'sid')].map(blenderProblem)).toStrictEqual([null, null, null])
  })

  it('that is not there says so, with why its root folder could not be made', () => {
    put('trixie.problem', 'E: no such suite\n')
    expect(['trixie', 'sid'].map((name) => blenderProblem(join(folder, name)))).toStrictEqual([
      `no Blender in ${folder}/trixie: E: no such suite`,
      `no Blender in ${folder}/sid`,
    ])
  })

  it('tells its version', () => {
    const blender = put('blender', '#!/bin/sh\necho a warning\necho Blender 9.1.0\n')
    expect(blenderVersion(blender)).toBe('Blender 9.1.0')
    expect(blenderVersion(put('broken', '#!/bin/sh\necho no library >&2\n'))).toBe(
      'does not start: no library',
    )
  })

  it('is one of BLENDERS_SAMPLED, or none', () => {
    vi.stubEnv('BLENDERS_SAMPLED', '/roots/trixie:/roots/sid:')
    expect(sampledBlenders()).toStrictEqual(['/roots/trixie', '/roots/sid'])
    vi.stubEnv('BLENDERS_SAMPLED', undefined)
    expect(sampledBlenders()).toStrictEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('blender-roots.sh', () => {
  it('leaves why a root could not be made, and goes on with the next', async () => {
    // A machine without mmdebstrap.
    for (const name of ['sh', 'cat', 'dirname', 'grep', 'head', 'mkdir', 'rm', 'tail', 'tr']) {
      mkdirSync(join(folder, 'bin'), { recursive: true })
      symlinkSync(findOnPath(name) ?? '', join(folder, 'bin', name))
    }
    const script = join(import.meta.dirname, '../../../scripts/blender-roots.sh')
    const run = promisify(execFile)('sh', [script, join(folder, 'roots'), 'trixie', 'sid'], {
      env: { PATH: join(folder, 'bin') },
    })
    await expect(run).rejects.toMatchObject({ code: 1, stdout: '' })
    expect(readFileSync(join(folder, 'roots/trixie.problem'), 'utf8')).toMatch(/mmdebstrap: not found/)
    expect(blenderProblem(join(folder, 'roots/sid'))).toMatch(/\/sid: .*mmdebstrap: not found$/)
  })
})
