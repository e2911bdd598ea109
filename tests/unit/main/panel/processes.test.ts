import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProcesses } from '../../../../src/main/panel/processes.ts'

let folder: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busbar-processes-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** A process whose program is a file called `blender`; it has said that it is ready. */
async function start(script: string): Promise<ChildProcess & { pid: number }> {
  const file = join(folder, 'blender')
  await copyFile('/bin/bash', file)
  const child = spawn(file, ['-c', `${script}; echo ready; while :; do sleep 0.05; done`])
  children.push(child)
  await once(child.stdout, 'data')
  return child as ChildProcess & { pid: number }
}

// Linux has /proc; the way by `ps` works there, too.
describe.runIf(process.platform === 'linux').each(['linux', 'darwin'] as const)('as on %s', (platform) => {
  const processes = createProcesses(platform)

  it('ends a process when it is asked to', async () => {
    const child = await start(':')
    const facts = await processes.find(child.pid)
    expect(facts).toStrictEqual({
      pid: child.pid,
      program: 'blender',
      mark: expect.stringMatching(/./) as string,
    })
    const exit = once(child, 'exit')
    expect(facts && (await processes.end(facts, 60_000))).toBe('ended')
    expect(await exit).toStrictEqual([null, 'SIGTERM'])
    expect(await processes.find(child.pid)).toBeNull()
    expect(facts && (await processes.end(facts, 60_000))).toBe('ended')
  })

  it('kills one that does not end', async () => {
    const child = await start('trap "" TERM')
    const facts = await processes.find(child.pid)
    const exit = once(child, 'exit')
    expect(facts && (await processes.end(facts, 0))).toBe('forced')
    expect(await exit).toStrictEqual([null, 'SIGKILL'])
  })

  it('leaves another process alone that has its id by now', async () => {
    const child = await start(':')
    const facts = await processes.find(child.pid)
    expect(facts && (await processes.end({ ...facts, mark: 'earlier' }, 0))).toBe('ended')
    expect(await processes.find(child.pid)).toStrictEqual(facts)
    expect(child.exitCode).toBeNull()
  })

  it('finds no process that there is not', async () => {
    expect(await processes.find(2 ** 30)).toBeNull()
  })
})

it('finds this program by its own name', async () => {
  const found = await createProcesses().find(process.pid)
  expect(found?.program).toMatch(/^node/i)
})
