import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

let rig: Rig
let server: Server
let one: Blender
let two: Blender
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  writeFileSync(rig.path('ran'), '')
  server = await rig.serve()
  one = await rig.blender({ label: 'one', server, group: 'farm' })
  two = await rig.blender({ label: 'two', server, group: 'farm' })
  llm = await rig.llm(server)
})
afterAll(() => rig.close())
afterEach(() => llm.call('use_target', {}).catch(() => undefined))

/** Python that notes in a file that it ran, waits for another file, and answers its name. */
const gated = (name: string, gate: string): string =>
  `import os, time\nopen(${JSON.stringify(rig.path('ran'))}, "a").write(${JSON.stringify(`${name}\n`)})\n` +
  `while not os.path.exists(${JSON.stringify(rig.path(gate))}): time.sleep(0.02)\n${JSON.stringify(name)}`
const open = (gate: string): void => writeFileSync(rig.path(gate), '')
const ran = (prefix: string): string[] =>
  readFileSync(rig.path('ran'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .sort()

const running = (name: string) => until(() => ran(name).length === 1, `${name} to run`)

describe('two Blenders at once', () => {
  it('are two clients, and neither is guessed', async () => {
    expect(one.uuid).not.toBe(two.uuid)
    const { outcome } = await llm.call('ping')
    expect(outcome).toMatchObject({
      status: 'ambiguous_target',
      error: `Several Blenders are live. Name one as target: ${one.uuid} (one, unsaved), ${two.uuid} (two, unsaved).`,
    })
    for (const { uuid, pid } of [one, two]) {
      expect(
        (await llm.call('execute_code', { code: 'import os; os.getpid()', target: uuid })).outcome,
      ).toMatchObject({
        target_uuid: uuid,
        result: { value: String(pid) },
      })
    }
  })

  it('a session keeps the target it chose', async () => {
    const chosen = await llm.call('use_target', { target: `pid:${String(two.pid)}` })
    expect(chosen.outcome).toMatchObject({ status: 'ok', target: two.uuid, client: { label: 'two' } })
    expect(await llm.run('import os; os.getpid()')).toBe(String(two.pid))
    const other = await rig.llm(server, 'other')
    expect((await other.call('ping')).outcome.status).toBe('ambiguous_target')
    expect((await llm.call('use_target', {})).outcome).toMatchObject({ status: 'ok', target: null })
    expect((await llm.call('ping')).outcome.status).toBe('ambiguous_target')
  })

  it.each(['group:farm', 'any', 'any:headless'])(
    '%s spreads work over both, and says where it went',
    async (target) => {
      const gate = `gate-${target.replace(':', '-')}`
      const calls = ['a', 'b'].map((name) =>
        llm.call('execute_code', { code: gated(`${target} ${name}`, gate), target }),
      )
      await until(() => ran(target).length === 2, 'both to run at once')
      open(gate)
      const uuids = (await Promise.all(calls)).map(({ outcome }) => outcome.target_uuid)
      expect(uuids.sort()).toStrictEqual([one.uuid, two.uuid].sort())
    },
  )

  it('a pool that nobody belongs to is no target', async () => {
    expect((await llm.call('ping', { target: 'group:nobody' })).outcome).toMatchObject({
      status: 'no_target',
      error: expect.stringContaining('No live Blender belongs to "group:nobody".') as string,
    })
  })
})

describe('the server killed and started again under load', () => {
  it('loses no answer and runs nothing twice', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `load ${String(n)}`)
    const ask = (model: Llm, name: string, index: number) =>
      model.call('execute_code', {
        code: gated(name, 'gate-load'),
        target: index % 2 === 0 ? one.uuid : two.uuid,
        job_id: name.replace(' ', '-'),
      })
    const lost = names.map((name, index) =>
      ask(llm, name, index).then(
        () => 'answered',
        () => 'lost',
      ),
    )
    await Promise.all([running('load 0'), running('load 1')])
    await server.process.kill()
    expect(new Set(await Promise.all(lost))).toStrictEqual(new Set(['lost']))
    // The first job of each ends while nobody listens: its answer waits in the outbox.
    open('gate-load')

    server = await rig.serve({ port: server.port })
    llm = await rig.llm(server)
    await until(async () => (await llm.blenders()).length === 2, 'both Blenders to come back')
    expect((await llm.blenders()).map(({ uuid }) => uuid).sort()).toStrictEqual([one.uuid, two.uuid].sort())
    // The same calls once more, under the same ids.
    const answers = await Promise.all(names.map((name, index) => ask(llm, name, index)))
    expect(
      answers.map(({ outcome }) => [outcome.status, (outcome.result as { value: string }).value]),
    ).toStrictEqual(names.map((name) => ['completed', `'${name}'`]))
    expect(ran('load')).toStrictEqual(names)
  })

  it('an answer that found no server goes out when there is one again, to everybody on the bus', async () => {
    const call = llm.call('execute_code', {
      code: gated('outbox', 'gate-outbox'),
      target: one.uuid,
      job_id: 'outbox',
    })
    const lost = expect(call).rejects.toThrow()
    await running('outbox')
    await server.process.kill()
    await lost
    server = await rig.serve({ port: server.port })
    llm = await rig.llm(server, 'listener')
    await llm.client.callTool({
      name: 'blender_register_client',
      arguments: { client_uuid: 'listener', client_type: 'llm' },
    })
    await until(async () => (await llm.blenders()).length === 2, 'both Blenders to come back')
    open('gate-outbox')
    const answer = await until(
      () =>
        llm.heard.find(({ result, status }) => status === 'completed' && String(result).includes('outbox')),
      'the answer from the outbox',
    )
    expect(answer).toMatchObject({ kind: 'job_update', result: expect.stringContaining('outbox') as string })
    // The program that repeats its call gets it too, and nothing runs again.
    llm = await rig.llm(server)
    const again = await llm.call('execute_code', {
      code: gated('outbox', 'gate-outbox'),
      target: one.uuid,
      job_id: 'outbox',
    })
    expect(again.outcome).toMatchObject({ status: 'completed', result: { value: "'outbox'" } })
    expect(ran('outbox')).toStrictEqual(['outbox'])
  })
})

describe('two servers', () => {
  it('each has its own Blenders, and jobs stay where they were sent', async () => {
    const second = await rig.serve({ dataDir: rig.path('second') })
    const third = await rig.blender({ label: 'three', server: second })
    const other = await rig.llm(second)
    expect((await other.blenders()).map(({ pid }) => pid)).toStrictEqual([third.pid])
    expect((await llm.blenders()).map(({ pid }) => pid).sort()).toStrictEqual([one.pid, two.pid].sort())
    expect(await other.run('import os; os.getpid()')).toBe(String(third.pid))
    expect((await llm.call('ping', { target: third.uuid })).outcome.status).toBe('no_target')
    await second.process.kill()
    await third.process.kill()
    expect((await llm.call('ping', { target: one.uuid })).outcome.status).toBe('completed')
  })
})

describe('a Blender closed in the middle of a job', () => {
  let killed = ''

  it('ends its call and its job soon, by one clear answer', async () => {
    const call = llm.call('execute_code', {
      code: gated('killed', 'never'),
      target: two.uuid,
      job_id: 'killed',
    })
    await running('killed')
    await two.process.kill()
    const { outcome } = await call
    killed = outcome.job_id
    expect(outcome).toMatchObject({ status: 'failed', target_uuid: two.uuid })
    expect(outcome.error).toBe(
      `"${two.uuid}" went away and did not come back within 15 s: it was closed, crashed, or lost its connection. ` +
        'It had received the job and may have done part of it: look at the scene before you run it again.',
    )
    expect(outcome.duration_ms).toBeLessThan(40_000)
    expect(await llm.job(killed)).toMatchObject({ status: 'failed', error: outcome.error })
    expect((await llm.call('ping', { target: one.uuid })).outcome.status).toBe('completed')
  })

  it('started again it takes up its uuid, and the job it lost stays failed', async () => {
    const before = await llm.job(killed)
    const again = await rig.blender({ label: 'two again', server })
    expect(again.uuid).toBe(two.uuid)
    expect(await llm.job(killed)).toStrictEqual(before)
    expect((await llm.call('ping', { target: again.uuid })).outcome.status).toBe('completed')
    expect(ran('killed')).toStrictEqual(['killed'])
    two = again
  })

  it('that is started again at once does not even keep its caller waiting', async () => {
    const call = llm.call('execute_code', {
      code: gated('swapped', 'never'),
      target: two.uuid,
      job_id: 'swapped',
    })
    await running('swapped')
    await two.process.kill()
    two = await rig.blender({ label: 'two once more', server })
    expect((await call).outcome).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('was started again') as string,
    })
  })

  it('asked to end, it says so and leaves', async () => {
    const call = llm.call('execute_code', {
      code: gated('ended', 'never'),
      target: two.uuid,
      job_id: 'ended',
    })
    await running('ended')
    two.process.child.kill('SIGTERM')
    expect((await call).outcome).toMatchObject({
      status: 'failed',
      error: 'The job was interrupted: Blender was asked to end.',
    })
    expect(await two.process.ended()).toStrictEqual({ code: 0, signal: null })
  })
})
