import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ListedBlock } from '../../../src/shared/blocks.ts'
import { buckets, call, register, startApp, type AppFixture, type PanelApi } from '../wire/app-fixture.ts'

let app: AppFixture
let panel: PanelApi
beforeEach(async () => {
  app = await startApp()
  panel = await app.operator()
})
afterEach(() => app.stop())

const identity = /^llm-wild-[0-9a-f]{6}-1$/

/** A Blender that others see, and a program with a job that runs in it. */
async function runningJob() {
  const blender = await app.connect('blender')
  await register(blender, 'blender-1')
  const wild = await app.connect('Wild')
  const answer = call(wild, 'blender_execute_code', { code: 'while True: pass' })
  const dispatched = await blender.messages.next()
  const job_id = dispatched.data.job_id
  await call(blender, 'blender_job_update', { job_id, status: 'running' })
  const uuid = (await buckets(blender)).ephemeral.find((each) => identity.test(each)) ?? ''
  return { blender, wild, answer, job_id, uuid }
}

/** What the program reads in every form, and what a person has to do to give such a block. */
const kinds = {
  program: {
    whom: () => 'wild',
    give: (_: string) => panel.blocks.add(order('program', 'Wild')),
  },
  client: {
    whom: (uuid: string) => `this client ("${uuid}")`,
    give: (uuid: string) =>
      panel.clients.unregister({
        clients: [{ userId: 'local', uuid }],
        reason: 'It ran wild.',
        blockSeconds: 3600,
      }),
  },
} as const

const order = (kind: 'program' | 'token', subject: string) => ({
  kind,
  userId: '',
  subject,
  reason: 'It ran wild.',
  blockSeconds: 3600,
})

async function theBlock(): Promise<ListedBlock> {
  const watch = await panel.blocks.watch({ watchId: 'b' })
  const [block] = (await watch.next()).value as ListedBlock[]
  if (block === undefined) throw new Error('Nobody is blocked.')
  return block
}

describe.each(['program', 'client'] as const)('a block of a %s whose job runs', (kind) => {
  it('[R-816] stops the job, tells the model in the old session and in new ones, and ends for both', async () => {
    const { blender, wild, answer, job_id, uuid } = await runningJob()
    await kinds[kind].give(uuid)
    const block = await theBlock()
    const until = block.blockedUntil ?? 0
    const text =
      `A person at the Busbar panel has blocked ${kinds[kind].whom(uuid)}, ` +
      `until ${new Date(until * 1000).toISOString()} (It ran wild.). ` +
      'Nothing was run, and nothing will be while the block holds. Tell your user; do not look for another way.'
    const outcome = {
      structured: {
        status: 'blocked',
        job_id: '',
        target_uuid: '',
        result: '',
        error: text,
        duration_ms: 0,
        blocked_until: until,
      },
      isError: true,
    }
    const failure = {
      structured: { status: 'error', error: 'blocked', message: text, blocked_until: until },
      isError: true,
    }

    expect(await answer).toStrictEqual({
      structured: {
        status: 'cancelled',
        job_id,
        target_uuid: 'blender-1',
        result: '',
        error:
          'A person at the Busbar panel took this client off the bus (It ran wild.). ' +
          'What of this call had started is interrupted. Tell your user.',
        duration_ms: expect.any(Number) as number,
      },
      isError: true,
    })
    expect((await wild.messages.next()).data.payload).toStrictEqual({
      message_type: 'client_unregistered',
      reason: 'It ran wild.',
      by: 'operator',
      blocked_until: until,
    })
    expect((await blender.messages.next()).data.payload).toStrictEqual({
      message_type: 'job_cancel',
      job_id,
      interrupt: true,
    })

    const later = await app.connect('Wild')
    for (const session of [wild, later]) {
      const { tools } = await session.client.listTools()
      expect(tools.length).toBeGreaterThan(15)
      for (const { name, outputSchema } of tools) {
        // The dispatch tools are those without an output schema.
        expect(await call(session, name)).toStrictEqual(outputSchema === undefined ? outcome : failure)
      }
      await session.client.ping()
      for (const refused of [
        session.client.listResources(),
        session.client.listPrompts(),
        session.client.setLoggingLevel('info'),
      ]) {
        await expect(refused).rejects.toMatchObject({
          code: -32000,
          message: `MCP error -32000: ${text}`,
          data: { error: 'blocked', blocked_until: until },
        })
      }
    }
    const calls = 2 * (await later.client.listTools()).tools.length
    expect((await theBlock()).refused).toStrictEqual({ count: calls, lastAt: expect.any(Number) as number })
    // Nothing came to Blender, and nobody came to the bus.
    expect(blender.messages.all).toHaveLength(2)
    expect(await buckets(blender)).toStrictEqual({ persistent: [], ephemeral: ['blender-1'] })

    expect(await panel.blocks.lift({ id: block.id })).toStrictEqual({ lifted: true })
    for (const [session, number] of [
      [wild, 1],
      [later, 2],
    ] as const) {
      const again = call(session, 'blender_execute_code', { code: 'x' })
      const dispatched = await blender.messages.next()
      expect(dispatched.data.from_uuid).toBe(uuid.replace(/1$/, String(number)))
      await call(blender, 'blender_job_update', { job_id: dispatched.data.job_id, status: 'completed' })
      expect((await again).structured).toMatchObject({ status: 'completed', target_uuid: 'blender-1' })
    }
  })

  it('[R-818] holds after a restart', async () => {
    const { answer, uuid } = await runningJob()
    await kinds[kind].give(uuid)
    await answer
    await app.restart()
    const wild = await app.connect('wild')
    expect(await call(wild, 'blender_list_available_clients')).toMatchObject({
      structured: { status: 'error', error: 'blocked' },
      isError: true,
    })
  })
})

it('[R-817] a block of a token reaches every program of it, also one that chose its own uuid', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'blender-1', { is_persistent: true })
  await panel.blocks.add({ ...order('token', 'local'), blockSeconds: null })
  const refused = {
    structured: {
      status: 'error',
      error: 'blocked',
      message:
        'A person at the Busbar panel has blocked every program that uses this token, until that is lifted ' +
        '(It ran wild.). Nothing was run, and nothing will be while the block holds. ' +
        'Tell your user; do not look for another way.',
    },
    isError: true,
  }
  for (const session of [blender, await app.connect('other')]) {
    expect(
      await call(session, 'blender_register_client', { client_uuid: 'x', client_type: 'y' }),
    ).toStrictEqual(refused)
  }
  await panel.blocks.lift({ id: (await theBlock()).id })
  expect(await buckets(blender)).toStrictEqual({ persistent: [], ephemeral: [] })
})

it('a call that waits for a person to allow it is answered with the block, and is not asked about any more', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'blender-1')
  await panel.approvals.policy.set({ default: 'ask', rules: [] })
  const wild = await app.connect('Wild')
  const answers = [
    call(wild, 'blender_execute_code', { code: 'x' }),
    call(wild, 'blender_send_message', {
      payload: { message_type: 'job_dispatch', script: 'x' },
      target_uuid: 'blender-1',
    }),
  ]
  const watch = await panel.approvals.watch({ watchId: 'a' })
  const untilWaiting = async (count: number): Promise<void> => {
    for await (const { pending } of watch) {
      await panel.feed.ack({ watchId: 'a' })
      if (pending.length === count) return
    }
  }
  await untilWaiting(2)
  await panel.blocks.add(order('program', 'wild'))
  expect((await Promise.all(answers)).map(({ structured }) => structured)).toMatchObject([
    {
      status: 'cancelled',
      target_uuid: 'blender-1',
      error: expect.stringContaining('It ran wild.') as string,
    },
    { status: 'error', error: 'blocked' },
  ])
  await untilWaiting(0)
  expect(blender.messages.all).toStrictEqual([])
})

it('another program with the same token goes on', async () => {
  const { answer, uuid } = await runningJob()
  const tame = await app.connect('tame')
  await kinds.program.give(uuid)
  await answer
  expect((await buckets(tame)).ephemeral).toStrictEqual(['blender-1'])
})
