import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PanelPause } from '../../../src/shared/pauses.ts'
import { call, register, startApp, type AppFixture, type PanelApi, type Plugged } from './app-fixture.ts'

let app: AppFixture
let operator: PanelApi
let llm: Plugged
let blender: Plugged
beforeEach(async () => {
  app = await startApp()
  operator = await app.operator()
  llm = await app.connect('codex')
  blender = await app.connect('busbar-blender')
  await register(blender, 'blender-1')
})
afterEach(() => app.stop())

const since = expect.any(Number) as number

async function pausesNow(): Promise<PanelPause[]> {
  for await (const list of await operator.pauses.watch({ watchId: crypto.randomUUID() })) return list
  throw new Error('The watch ended before its first event.')
}

const refused = (who: string, by: string) => ({
  structured: {
    status: 'error',
    error: 'paused',
    message: expect.stringMatching(
      new RegExp(
        `^${who} paused by ${by} since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\. Nothing was run\\. Do not try again before ` +
          'a person at the Busbar panel lets it go on: tell the person you work for\\.$',
      ),
    ) as string,
  },
  isError: true,
})

describe('Stop everything', () => {
  it('[R-620] interrupts what runs, refuses every call of programs until it is lifted, and lets Blenders go on', async () => {
    const running = call(llm, 'blender_execute_code', { code: 'while True: pass' })
    const { job_id } = (await blender.messages.next()).data
    await call(blender, 'blender_job_update', { job_id, status: 'running' })
    expect(await operator.pauses.stopAll({ userId: null })).toStrictEqual({ jobs: 1 })
    expect((await blender.messages.next()).data.payload).toStrictEqual({
      message_type: 'job_cancel',
      job_id,
      interrupt: true,
    })
    await call(blender, 'blender_job_update', {
      job_id,
      status: 'cancelled',
      error: 'Cancelled while it ran.',
    })
    expect(await running).toMatchObject({ structured: { status: 'cancelled', job_id } })

    const answer = refused('All programs are', 'the operator')
    const fresh = await app.connect('codex')
    for (const each of [llm, fresh]) {
      expect(await call(each, 'blender_execute_code', { code: '1' })).toStrictEqual(answer)
      expect(await call(each, 'blender_list_available_clients')).toStrictEqual(answer)
      const mine = { client_uuid: 'llm-1', client_type: 'llm' }
      expect(await call(each, 'blender_register_client', mine)).toStrictEqual(answer)
    }
    // A Blender reports and comes back, and starts nothing either.
    await register(await app.connect('another-addon'), 'blender-2')
    expect(await call(blender, 'blender_send_message', { payload: {} })).toStrictEqual(answer)
    expect(await pausesNow()).toStrictEqual([
      { userId: 'local', program: null, name: '', by: 'the operator', since },
    ])

    expect(await operator.pauses.resume({ userId: 'local', program: null })).toStrictEqual({ resumed: true })
    expect(await call(llm, 'blender_list_available_clients')).toMatchObject({ isError: false })
    expect(await pausesNow()).toStrictEqual([])
  })

  it('[R-621] pauses one program with its token, in all its sessions and in no other', async () => {
    await register(llm, 'mine', { client_type: 'llm' })
    expect(await operator.pauses.pause({ userId: 'local', uuid: 'mine' })).toStrictEqual({ paused: true })
    const again = await app.connect('codex')
    const other = await app.connect('claude')
    const answer = refused('codex is', 'the operator')
    expect(await call(llm, 'blender_ping')).toStrictEqual(answer)
    expect(await call(again, 'blender_ping')).toStrictEqual(answer)
    expect(await call(other, 'blender_list_available_clients')).toMatchObject({ isError: false })
    const [pause] = await pausesNow()
    expect(pause).toStrictEqual({
      userId: 'local',
      program: expect.stringMatching(/^llm-codex-[0-9a-f]{6}-$/) as string,
      name: 'codex',
      by: 'the operator',
      since,
    })
    await operator.pauses.resume({ userId: 'local', program: pause?.program ?? '' })
    expect(await call(again, 'blender_list_available_clients')).toMatchObject({ isError: false })
  })

  it('[R-622] holds after a restart, for who comes back and until a person lifts it', async () => {
    await register(llm, 'mine', { client_type: 'llm' })
    await operator.pauses.pause({ userId: 'local', uuid: 'mine' })
    await operator.pauses.stopAll({ userId: null })
    const before = await pausesNow()
    expect(before.map(({ program }) => program)).toStrictEqual([
      null,
      expect.stringMatching(/^llm-codex-/) as string,
    ])
    await app.restart()
    operator = await app.operator()
    // Also while nobody has come back.
    expect(await pausesNow()).toStrictEqual(before)
    const again = await app.connect('codex')
    expect(await call(again, 'blender_ping')).toStrictEqual(refused('All programs are', 'the operator'))
    await operator.pauses.resume({ userId: 'local', program: null })
    expect(await call(again, 'blender_ping')).toStrictEqual(refused('codex is', 'the operator'))
    await app.restart()
    operator = await app.operator()
    expect(await pausesNow()).toStrictEqual(before.slice(1))
    await operator.pauses.resume({ userId: 'local', program: before[1]?.program ?? '' })
    await app.restart()
    operator = await app.operator()
    expect(await pausesNow()).toStrictEqual([])
  })

  it('is had from the command line, and by nobody without the panel key', async () => {
    const busbar = (...args: string[]) => {
      const entry = join(import.meta.dirname, '../../../src/main/cli/main.ts')
      return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
        const child = spawn(process.execPath, [entry, ...args])
        let [out, err] = ['', '']
        child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
        child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
        child.on('close', (code) => resolve({ code, out, err }))
      })
    }
    expect(await busbar('stop-all', '--data-dir', app.dataDir)).toStrictEqual({
      code: 0,
      out: 'All programs are paused. 0 jobs were told to stop. Let them go on with: busbar resume\n',
      err: '',
    })
    expect(await call(llm, 'blender_ping')).toStrictEqual(refused('All programs are', 'the operator'))
    const resumed = { code: 0, err: '' }
    expect(await busbar('resume', '--data-dir', app.dataDir)).toStrictEqual({
      ...resumed,
      out: 'The programs may go on.\n',
    })
    expect(await busbar('resume', '--data-dir', app.dataDir)).toStrictEqual({
      ...resumed,
      out: 'Nothing was paused.\n',
    })
    const nowhere = join(app.dataDir, 'nowhere')
    expect(await busbar('stop-all', '--data-dir', nowhere)).toStrictEqual({
      code: 1,
      out: '',
      err: `busbar: No server runs on ${nowhere}. Name its data directory with --data-dir.\n`,
    })
    const ask = async (token: string | null, method = 'POST') => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` }
      return (await fetch(new URL('/control/stop-all', app.url), { method, headers })).status
    }
    expect([await ask(null), await ask(app.token), await ask(app.panelKey, 'GET')]).toStrictEqual([
      401, 401, 405,
    ])
    expect(await pausesNow()).toStrictEqual([])
  })
})
