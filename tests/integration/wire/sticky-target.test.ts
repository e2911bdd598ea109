import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

/** A Blender that says of each job that it is done, with its own name. */
async function openBlender(uuid: string): Promise<Plugged> {
  const blender = await app.connect('blender')
  await register(blender, uuid, { is_persistent: true, blend_file: `/${uuid}.blend` })
  const work = async (): Promise<void> => {
    for (;;) {
      const { data } = await blender.messages.next(
        ({ data }) => data.payload.message_type === 'command_dispatch',
      )
      await call(blender, 'blender_job_update', { job_id: data.job_id, status: 'completed', result: uuid })
    }
  }
  // Its end is that of the test.
  work().catch(() => undefined)
  return blender
}

const choose = (program: Plugged, target: string) => call(program, 'blender_use_target', { target })
const work = async (program: Plugged, args: object = {}) => {
  const { status, target_uuid, result, error } = (await call(program, 'blender_get_scene_info', args))
    .structured
  return { status, target_uuid, result, error }
}
const doneBy = (uuid: string) => ({ status: 'completed', target_uuid: uuid, result: uuid, error: '' })
const noJob = { target_uuid: '', result: '' }

it('the Blender that a program chose stays its own when the program and Busbar start again', async () => {
  const left = await openBlender('left')
  await openBlender('right')
  const first = await app.connect('one-window')
  await choose(first, 'left')
  await first.leave()
  expect(await work(await app.connect('one-window'))).toStrictEqual(doneBy('left'))

  await app.restart()
  await openBlender('right')
  const again = await app.connect('one-window')
  const away = {
    ...noJob,
    status: 'target_away',
    error:
      '"left" is away: it is not connected now. Live: right (/right.blend). "left" was chosen by blender_use_target: ' +
      'name another target, or choose another.',
  }
  expect([await work(again), await work(again)]).toStrictEqual([away, away])
  await left.client.close()
  await openBlender('left')
  expect(await work(again)).toStrictEqual(doneBy('left'))
})

it('of two windows, each is told once what was chosen, and has to choose', async () => {
  await openBlender('left')
  const first = await app.connect('two-windows')
  await app.connect('two-windows')
  await choose(first, 'left')
  await app.restart()
  await openBlender('right')
  const told = {
    ...noJob,
    status: 'ambiguous_target',
    error:
      'This program chose "left" earlier. Several of its sessions were open since then, so it can\'t be told whether you ' +
      'mean it. Name a target, or choose one by blender_use_target. Live: right (/right.blend).',
  }
  for (const window of [await app.connect('two-windows'), await app.connect('two-windows')]) {
    expect(await work(window)).toStrictEqual(told)
    expect(await work(window, { target: 'right' })).toStrictEqual(doneBy('right'))
  }
})

it('what one program chose is nothing to another', async () => {
  await openBlender('left')
  await openBlender('right')
  await choose(await app.connect('one-window'), 'left')
  await app.restart()
  await openBlender('right')
  expect(await work(await app.connect('another'))).toStrictEqual(doneBy('right'))
})

it('a damaged file is set aside with a line in the log, and holds nobody up', async () => {
  const first = await app.connect('one-window')
  await openBlender('left')
  await choose(first, 'left')
  await app.stopAlone()
  const path = join(app.dataDir, 'targets.json')
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, -20))
  await app.startAgain()
  await openBlender('right')
  expect(await work(await app.connect('one-window'))).toStrictEqual(doneBy('right'))
  expect(app.logged.filter(({ message }) => message.startsWith('the targets'))).toStrictEqual([
    {
      level: 'error',
      details: {
        setAside: expect.stringMatching(/^targets\.json\.damaged-[0-9TZ-]+$/) as string,
      },
      message:
        'the targets that programs chose could not be read; the file was set aside, and they have to choose again',
    },
  ])
})
