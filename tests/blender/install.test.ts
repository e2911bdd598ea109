/** The zip as an artist installs it: the rig did, as an add-on before Blender 4.2 and as an extension since. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blenderOfThisRun } from '../../scripts/blenders.ts'
import { createRig, type Rig } from './rig/rig.ts'

let rig: Rig
let version: readonly [number, number]
beforeAll(async () => {
  rig = await createRig()
  const [, major, minor] = /^Blender (\d+)\.(\d+)/m.exec(run('--version')) ?? []
  version = [Number(major), Number(minor)]
})
afterAll(() => rig.close())

/** What a Blender prints; throws where it does not end well. */
function run(...args: string[]): string {
  const [program, ...before] = blenderOfThisRun()
  const { stdout, stderr, status } = spawnSync(program, [...before, ...args], {
    encoding: 'utf8',
    env: { ...process.env, BLENDER_USER_RESOURCES: rig.folder },
  })
  if (status !== 0) throw new Error(stdout + stderr)
  return stdout
}

const hasExtensions = (): boolean => version[0] > 4 || (version[0] === 4 && version[1] >= 2)

describe('the add-on’s zip', () => {
  it('is an extension where Blender has them, and else an add-on', () => {
    const installed = {
      module: rig.addon,
      extension: readdirSync(rig.folder, { recursive: true })
        .map(String)
        .includes('extensions/user_default/busbar/blender_manifest.toml'),
    }
    expect(installed).toStrictEqual(
      hasExtensions()
        ? { module: 'bl_ext.user_default.busbar', extension: true }
        : { module: 'busbar', extension: false },
    )
  })

  it('passes Blender’s own check of extensions, where it has one', ({ skip }) => {
    if (!hasExtensions()) skip()
    const zip = readdirSync(rig.folder).find((name) => name.endsWith('.zip')) ?? ''
    expect(run('--command', 'extension', 'validate', rig.path(zip))).toMatch(/^Success parsing TOML in /m)
  })
})
