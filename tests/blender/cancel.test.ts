import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cancelRounds, endless, type CancelRound } from './rig/cancel.ts'
import type { Llm } from './rig/llm.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

/** `npm run test:cancel` sets it to 100. */
const rounds = Number(process.env.BUSBAR_CANCEL_ROUNDS ?? 3)
const roundLimitMs = 60_000

let rig: Rig
let server: Server
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  llm = await rig.llm(server)
})
afterAll(() => rig.close())

const cancelled = (target: string) => ({
  status: 'cancelled',
  job_id: expect.any(String) as string,
  target_uuid: target,
  result: { stdout: 'begun\n', stderr: '', value: null },
  error: expect.stringMatching(/^Cancelled while it ran, in line [2-7]\.$/) as string,
  duration_ms: expect.any(Number) as number,
})

describe.each([{ window: false }, { window: true }])('a Blender (with a window: $window)', ({ window }) => {
  let blender: Blender
  beforeAll(async () => {
    blender = await rig.blender({
      label: window ? 'window' : 'node',
      server,
      window,
      args: ['--factory-startup', '--addons', rig.addon],
    })
  })
  afterAll(() => blender.process.kill())

  it.each(Object.entries(endless))(
    `ends %s as cancelled, ${String(rounds)} times`,
    async (_, code) => {
      const ends: CancelRound[] = []
      for await (const end of cancelRounds(llm, blender, code, rounds)) ends.push(end)
      expect(ends.map(({ asked }) => asked)).toStrictEqual(
        Array.from({ length: rounds }, () => cancelled(blender.uuid)),
      )
      expect(ends.map(({ answered }) => answered.status)).toStrictEqual(
        Array.from({ length: rounds }, () => 'cancelled'),
      )
      // It works on, and nothing was raised anywhere else.
      expect(await llm.run('6 * 7', { target: blender.uuid })).toBe('42')
      expect(blender.process.output()).not.toMatch(/Traceback|Interrupted|Exception ignored/)
    },
    rounds * roundLimitMs,
  )

  it('lets a script put things in order, and the next job run', async () => {
    const code =
      'try:\n    report_progress(0.5, "begun")\n    while True: pass\nfinally:\n    bpy.context.scene["left"] = "in order"'
    const [round] = await Array.fromAsync(cancelRounds(llm, blender, code, 1))
    expect(round?.asked.status).toBe('cancelled')
    expect(await llm.run('bpy.context.scene["left"]', { target: blender.uuid })).toBe("'in order'")
  })

  it('says what cannot be interrupted, and ends it as cancelled when its one call ends', async () => {
    const told: string[] = []
    const render = llm.call(
      'render_image',
      { target: blender.uuid, engine: 'CYCLES', samples: 1500, width: 1280, height: 960 },
      { onprogress: ({ message }) => told.push(message ?? '') },
    )
    const heard = (start: string): string =>
      told.find((text) => text.startsWith(start))?.slice(start.length) ?? ''
    await until(() => heard('Rendering for') !== '', 'the beginning of the render')
    const job_id = heard('Job ')
    // Answered within 5 s: only a machine that renders faster than that has it cancelled by then.
    const asked = (await llm.call('cancel_job', { job_id })).outcome
    const end = { status: 'cancelled', result: '', error: 'Cancelled while it ran.' }
    expect(asked).toMatchObject(
      asked.status === 'running' ? { status: 'running', result: '', error: '' } : end,
    )
    const outcome = await until(async () => {
      const { outcome: now } = await llm.call('get_job', {
        job_id,
        wait_seconds: 40,
      })
      return now.status !== 'running' && now
    }, 'the end of the render')
    expect(outcome).toStrictEqual({ ...cancelled(blender.uuid), ...end })
    await render
    const reason =
      "Cancelling: Blender is in one long call that can't be interrupted. The job ends when that call does."
    expect(told.filter((text) => text.startsWith(reason))).not.toStrictEqual([])
  })
})
