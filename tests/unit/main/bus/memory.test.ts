import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { defaultBusLimits } from '../../../../src/main/bus/bus-limits.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import type { JobStatus, JsonObject } from '../../../../src/shared/protocol.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

const kibibyte = 1024

/** A bus whose user may keep so many bytes, with the Blenders b-0, b-1, … and the program llm-1. */
function smallBus(shareBytes: number, blenders = 1, mailboxBytes = 64 * 1024 * kibibyte) {
  const memory = new MemoryLedger(2 * shareBytes)
  const limits = { mailbox: { maxCount: 1000, maxBytes: mailboxBytes } }
  const { bus } = busFixture({ memory: memory.of('local'), limits })
  const sessions = Array.from({ length: blenders }, (_, n) => {
    const session = fakeSession(`b-${String(n)}`)
    bus.register(registration(`b-${String(n)}`), session)
    return session
  })
  const llm = fakeSession('llm')
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  const send = (payload: JsonObject, target_uuid?: string) => bus.send({ payload, target_uuid, session: llm })
  const report = (job_id: string, status: JobStatus, result = '', from = 0) =>
    bus.jobUpdate({ job_id, status, result, error: '' }, sessions[from] ?? null)
  const used = () => memory.snapshot().users.get('local')?.byKind ?? null
  return { bus, memory, llm, send, report, used }
}

const takeAll = (bus: UserMessageBus, uuid: string, keep = false) => {
  const client = bus.get(uuid)
  return client === undefined ? [] : bus.mailboxes.take(client, 1000, { keep })
}
const job = (job_id: string) => ({ message_type: 'job_dispatch', job_id, script: 'pass' })

describe('what waits on a bus', () => {
  it('is charged once for all that it waits for, and given back as it is taken', () => {
    const { bus, send, used } = smallBus(1024 * kibibyte, 3)
    const text = 'x'.repeat(10_000)
    expect(send({ text }).ok).toBe(true)
    const bytes = JSON.stringify({ text }).length + 1024
    expect(used()).toMatchObject({ mailboxes: bytes + 3 * 128 })
    takeAll(bus, 'b-0')
    expect(used()).toMatchObject({ mailboxes: bytes + 2 * 128 })
    bus.unregister('b-1')
    takeAll(bus, 'b-2')
    expect(used()).toBeNull()
  })

  it('is charged by what it takes in memory: two bytes a character where one is not ASCII', () => {
    const { send, used } = smallBus(1024 * kibibyte)
    send({ text: `${'x'.repeat(10_000)}ä` }, 'b-0')
    expect(used()).toMatchObject({ mailboxes: 2 * (10_001 + '{"text":""}'.length) + 1024 + 128 })
  })

  it('stays charged while it is kept for a client that has not said that it has it', () => {
    const { bus, send, used } = smallBus(1024 * kibibyte)
    send({ n: 1 }, 'b-0')
    const before = used()
    const client = bus.get('b-0')
    const [message] = takeAll(bus, 'b-0', true)
    expect(used()).toStrictEqual(before)
    if (client !== undefined) bus.mailboxes.confirm(client, '')
    expect([used(), bus.mailboxes.sizeOf('b-0').count]).toStrictEqual([before, 1])
    takeAll(bus, 'b-0', true)
    if (client !== undefined) bus.mailboxes.confirm(client, message?.message_id)
    expect(used()).toBeNull()
  })

  it('is refused where there is no room, and what was accepted stays', () => {
    const { bus, send, memory } = smallBus(64 * kibibyte)
    const payload = { text: 'x'.repeat(30_000) }
    expect([send(payload, 'b-0').ok, send(payload, 'b-0').ok]).toStrictEqual([true, true])
    expect(send(payload, 'b-0')).toStrictEqual({
      ok: false,
      error: 'out_of_memory_share',
      message:
        'User "local" keeps 0.1 MiB in this server, and one user may keep 0.1 MiB: there is no room for 31 KiB more. ' +
        'Nothing was sent. Let the messages that wait be read, or unregister clients that nobody reads for.',
    })
    expect(bus.mailboxes.sizeOf('b-0').count).toBe(2)
    expect(memory.of('eve').take('mailboxes', 60 * kibibyte)?.bytes).toBe(60 * kibibyte)
    takeAll(bus, 'b-0')
    expect(send(payload, 'b-0').ok).toBe(true)
  })

  it('gives back what the bound of a mailbox pushed out', () => {
    const { bus, send, used } = smallBus(1024 * kibibyte, 1, 25_000)
    for (let n = 0; n < 50; n += 1) expect(send({ text: 'x'.repeat(10_000) }, 'b-0').ok).toBe(true)
    expect(bus.mailboxes.sizeOf('b-0').count).toBe(2)
    expect(used()).toMatchObject({ mailboxes: 2 * (10_000 + '{"text":""}'.length + 1024 + 128) })
  })

  it('comes back from a reader that did not get it, whether there is room or not', () => {
    const { bus, send, memory } = smallBus(64 * kibibyte)
    send({ text: 'x'.repeat(30_000) }, 'b-0')
    const client = bus.get('b-0')
    const [message] = takeAll(bus, 'b-0')
    const other = memory.of('local').take('output', 60 * kibibyte)
    if (client === undefined || message === undefined) return expect.fail('nothing was sent')
    bus.mailboxes.putBack(client, message)
    expect(takeAll(bus, 'b-0')).toStrictEqual([message])
    other?.release()
    expect(memory.usedBytes).toBe(0)
  })
})

describe('the jobs of a bus', () => {
  it('are refused where there is no room for one more', () => {
    const { bus, send, memory } = smallBus(64 * kibibyte)
    memory.of('local').take('output', 62 * kibibyte)
    expect(send(job('j'), 'b-0')).toMatchObject({ ok: false, error: 'out_of_memory_share' })
    expect([bus.jobs.get('j'), memory.usedBytes]).toStrictEqual([undefined, 62 * kibibyte])
  })

  it('are charged for what their peers report, and refuse news that there is no room for', () => {
    const { bus, send, report, used } = smallBus(64 * kibibyte)
    send(job('j'), 'b-0')
    takeAll(bus, 'b-0')
    const record = 1024 + 192
    expect(used()).toMatchObject({ mailboxes: 0, jobs: record })
    expect(report('j', 'running', 'x'.repeat(20_000))).toMatchObject({ ok: true, targets: ['llm-1'] })
    takeAll(bus, 'llm-1')
    expect(used()).toMatchObject({ mailboxes: 0, jobs: record + 20_000 })
    expect(report('j', 'running', 'y'.repeat(60_000))).toStrictEqual({
      ok: false,
      error: 'out_of_memory_share',
      message:
        'User "local" keeps 0.0 MiB in this server, and one user may keep 0.1 MiB: there is no room for 99 KiB more. ' +
        'Nothing was changed. Let the messages that wait be read, or report a shorter result.',
    })
    expect(bus.jobs.get('j')).toMatchObject({ state: 'running', result: 'x'.repeat(20_000) })
    report('j', 'running')
    takeAll(bus, 'llm-1')
    expect(used()).toMatchObject({ jobs: record })
  })

  it('end in any case: what there is no room for is cut from the result', () => {
    const { bus, send, report, memory } = smallBus(64 * kibibyte)
    send(job('j'), 'b-0')
    takeAll(bus, 'b-0')
    memory.of('local').take('output', memory.of('local').roomBytes)
    expect(report('j', 'completed', 'x'.repeat(20_000))).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
    const result = `${'x'.repeat(192)}\n[cut: 19808 of 20000 bytes left out]`
    expect(bus.jobs.get('j')).toMatchObject({ state: 'completed', result })
    expect(takeAll(bus, 'llm-1').map(payloadOf)).toStrictEqual([
      { kind: 'job_update', job_id: 'j', status: 'completed', result, error: '' },
    ])
  })

  it('keep as much of their result as there is room for', () => {
    const { bus, send, report } = smallBus(64 * kibibyte)
    send(job('j'), 'b-0')
    takeAll(bus, 'b-0')
    report('j', 'completed', 'x'.repeat(1_000_000))
    // 1 MiB, 256 KiB and 64 KiB would not fit, once for the job and once on the way to its sender.
    expect(bus.jobs.get('j')?.result.length).toBe(
      16 * kibibyte - 64 + '\n[cut: 983680 of 1000000 bytes left out]'.length,
    )
  })

  it('forget their results by age, so that these take no more than a quarter of the share', () => {
    const { bus, send, report, used } = smallBus(128 * kibibyte)
    for (let n = 0; n < 20; n += 1) {
      send(job(`j-${String(n)}`), 'b-0')
      report(`j-${String(n)}`, 'completed', 'x'.repeat(10_000))
      takeAll(bus, 'b-0')
      takeAll(bus, 'llm-1')
    }
    expect([...bus.jobs.all()].map(({ job_id }) => job_id)).toStrictEqual(['j-18', 'j-19'])
    expect(used()).toMatchObject({ mailboxes: 0, jobs: 2 * (10_000 + 1024 + 192) })
  })

  it('of nobody known are refused without room, and can be reported again', () => {
    const { bus, report, memory } = smallBus(64 * kibibyte)
    const full = memory.of('local').take('output', 64 * kibibyte)
    expect(report('lost', 'completed', 'x')).toMatchObject({ ok: false, error: 'out_of_memory_share' })
    full?.release()
    expect(report('lost', 'completed', 'x')).toMatchObject({ ok: true, targets: ['llm-1'] })
    expect(takeAll(bus, 'llm-1')).toHaveLength(1)
  })

  it('are asked to stop once, however often somebody asks while their peer is away', () => {
    const { bus, send } = smallBus(64 * kibibyte)
    send(job('j'), 'b-0')
    takeAll(bus, 'b-0')
    const known = bus.jobs.get('j')
    if (known === undefined) return expect.fail('there is no job')
    for (let n = 0; n < 10; n += 1) bus.cancelJob(known, { interrupt: n % 2 === 1 })
    expect(takeAll(bus, 'b-0').map(payloadOf)).toStrictEqual([
      { message_type: 'job_cancel', job_id: 'j' },
      { message_type: 'job_cancel', job_id: 'j', interrupt: true },
    ])
  })

  it('have ids of at most 200 characters', () => {
    const { send } = smallBus(64 * kibibyte)
    expect(send(job('j'.repeat(201)), 'b-0')).toStrictEqual({
      ok: false,
      error: 'invalid_arguments',
      message:
        'payload.job_id has 201 characters; at most 200 are allowed. Send a shorter id, or leave it out.',
    })
    expect(send(job('j'.repeat(200)), 'b-0').ok).toBe(true)
  })
})

describe('the account of a bus', () => {
  it('is even when everybody has left, whatever happened', () => {
    const uuid = fc.constantFrom('b-0', 'b-1', 'b-2', 'llm-1')
    const step = fc.oneof(
      fc.record({ act: fc.constant('send' as const), to: fc.option(uuid), size: fc.nat(4000) }),
      fc.record({ act: fc.constant('job' as const), to: uuid, id: fc.nat(4) }),
      fc.record({
        act: fc.constant('report' as const),
        id: fc.nat(4),
        from: fc.nat(2),
        status: fc.constantFrom<JobStatus[]>('running', 'completed', 'failed'),
        size: fc.nat(4000),
      }),
      fc.record({ act: fc.constant('take' as const), to: uuid, keep: fc.boolean() }),
      fc.record({ act: fc.constant('lost' as const), to: uuid }),
      fc.record({ act: fc.constant('leave' as const), to: uuid }),
      fc.record({ act: fc.constant('cancel' as const), id: fc.nat(4) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { bus, send, report, memory } = smallBus(24 * kibibyte, 3, 8 * kibibyte)
        for (const each of steps) {
          if (each.act === 'send') send({ text: 'x'.repeat(each.size) }, each.to ?? undefined)
          else if (each.act === 'job') send(job(`j-${String(each.id)}`), each.to)
          else if (each.act === 'report')
            report(`j-${String(each.id)}`, each.status, 'x'.repeat(each.size), each.from)
          else if (each.act === 'take') takeAll(bus, each.to, each.keep)
          else if (each.act === 'leave') bus.unregister(each.to)
          else if (each.act === 'cancel') {
            const known = bus.jobs.get(`j-${String(each.id)}`)
            if (known !== undefined) bus.cancelJob(known)
          } else {
            const client = bus.get(each.to)
            if (client !== undefined) bus.mailboxes.confirm(client, '')
          }
          // Ends of jobs, orders to stop and what came back may go beyond it, each by little.
          expect(memory.usedBytes).toBeLessThan(24 * kibibyte + 60 * 2 * kibibyte + 24 * kibibyte)
        }
        for (const client of [...bus.registry.all()]) bus.unregister(client.uuid)
        const left = [...bus.jobs.all()].reduce(
          (sum, { result, error }) => sum + result.length + error.length,
          0,
        )
        const records = [...bus.jobs.all()].reduce((sum, { targets }) => sum + 1024 + targets.length * 192, 0)
        expect(memory.usedBytes).toBe(left + records)
      }),
    )
  })

  it('has no bound where nobody gave it one', () => {
    const { bus } = busFixture({ limits: defaultBusLimits })
    expect(bus.memory.roomBytes).toBe(Infinity)
  })
})
