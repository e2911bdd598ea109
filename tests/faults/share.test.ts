import { afterEach, expect, it } from 'vitest'
import type { RawSession } from '../integration/wire/raw-session.ts'
import { endProcesses, isMessage, startServer, type FaultServer } from './server.ts'

/** One user's programs leave as much with the server as it takes, while another user's program works. */

const mebibyte = 1024 * 1024
const shareBytes = 64 * mebibyte
/** What the process may ever have in memory: above what passing requests need, far below what each attack made of it. */
const peakBytes = 600 * mebibyte

afterEach(endProcesses)

interface Scene {
  readonly server: FaultServer
  /** A program of the user who attacks. */
  readonly hoarder: RawSession
  /** What the other user's program does meanwhile. */
  readonly otherWorks: () => Promise<void>
}

async function scene(memory_mib = 128): Promise<Scene> {
  const server = await startServer({ settings: { memory_mib } })
  const other = await server.raw('other', await server.token('other', ['bus']))
  await other.call('blender_register_client', { client_uuid: 'other', client_type: 'llm' })
  const otherWorks = async (): Promise<void> => {
    const payload = { text: 'x'.repeat(100_000) }
    const sent = await other.call('blender_send_message', { payload, target_uuid: 'other' })
    expect(sent.deliveries).toStrictEqual({ other: 'queued' })
    const got = await other.call('blender_receive_messages', { client_uuid: 'other' })
    expect([(got.messages as { payload: unknown }[]).map((one) => one.payload), got.remaining]).toStrictEqual(
      [[payload], 0],
    )
  }
  return { server, hoarder: await server.raw('hoarder'), otherWorks }
}

/** Clients that read nothing: b-0, b-1, … */
async function registerAll(session: RawSession, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const client = { client_uuid: `b-${String(n)}`, client_type: 'mailbox', is_persistent: true }
    await session.call('blender_register_client', client)
  }
}

/** More than find room. */
const attempts = 24

/** Fills mailboxes until the user's share is used up, and goes on for a while. */
async function fillMailboxes({ server, hoarder, otherWorks }: Scene, payload: object): Promise<void> {
  await registerAll(hoarder, attempts)
  const before = await server.memory()
  const outcomes: unknown[] = []
  for (let n = 0; n < attempts; n += 1) {
    const sent = await hoarder.call('blender_send_message', { payload, target_uuid: `b-${String(n)}` })
    outcomes.push(sent.status === 'ok' ? 'ok' : sent.error)
    if (n % 10 === 0) await otherWorks()
  }
  const bytes = Buffer.byteLength(JSON.stringify(payload))
  // The body that brings a message counts beside it until the message is in.
  const accepted = Math.floor((shareBytes - bytes) / (bytes + 2000))
  expect(outcomes).toStrictEqual([
    ...Array.from({ length: accepted }, () => 'ok'),
    ...Array.from({ length: attempts - accepted }, () => 'out_of_memory_share'),
  ])
  // What was accepted is there to be read, and makes room.
  const { remaining } = await hoarder.call('blender_receive_messages', { client_uuid: 'b-0', max: 1 })
  expect(remaining).toBe(0)
  expect((await hoarder.call('blender_send_message', { payload, target_uuid: 'b-0' })).status).toBe('ok')
  expect((await server.memory()) - before).toBeLessThan(shareBytes + 30 * mebibyte)
  expect(await server.peak()).toBeLessThan(peakBytes)
  await otherWorks()
}

it('mailboxes full of nested JSON take a share, counted by what it takes in memory', async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => [n, { a: [n], b: {} }, [[]]])
  await fillMailboxes(await scene(), { rows, text: 'x'.repeat(2_800_000) })
})

it('mailboxes full of long texts take a share', async () => {
  await fillMailboxes(await scene(), { text: 'x'.repeat(4_194_000) })
})

it('subscriptions to long addresses are refused, and those to short ones take a share', async () => {
  const { server, hoarder, otherWorks } = await scene(16)
  const subscribe = async (session: RawSession, uri: string): Promise<string> => {
    const { error } = await session.rpc('resources/subscribe', { uri })
    return (error as { message: string } | undefined)?.message ?? 'ok'
  }
  for (let n = 0; n < 20; n += 1) {
    const uri = `blender://clients/${String(n)}${'x'.repeat(4_900_000)}`
    expect(await subscribe(hoarder, uri)).toContain('at most 2048 are allowed')
  }
  await otherWorks()
  const before = await server.memory()
  let refusal = 'ok'
  let taken = 0
  for (let program = 0; program < 30 && refusal === 'ok'; program += 1) {
    const session = await server.raw(`program-${String(program)}`)
    const place = async (n: number): Promise<void> => {
      const answer = await subscribe(session, `blender://clients/${String(n)}`.padEnd(2048, 'x'))
      if (answer === 'ok') taken += 1
      else refusal = answer
    }
    await Promise.all(Array.from({ length: 256 }, (_, n) => place(n)))
  }
  expect(refusal).toMatch(/^User "local" keeps 8\.0 MiB in this server, and one user may keep 8\.0 MiB: /)
  // At most 256 requests are under way, whose bodies count beside what is kept.
  const places = Math.floor((8 * mebibyte) / (2048 + 256))
  expect(taken).toBeLessThanOrEqual(places)
  expect(taken).toBeGreaterThan(places - 300)
  expect((await server.memory()) - before).toBeLessThan(40 * mebibyte)
  expect(await server.peak()).toBeLessThan(peakBytes)
  await otherWorks()
})

it('running jobs that report large results take a share, and each of them ends all the same', async () => {
  const { server, hoarder, otherWorks } = await scene()
  const peer = await server.raw('peer')
  await peer.call('blender_register_client', { client_uuid: 'peer', client_type: 'llm' })
  await hoarder.call('blender_register_client', { client_uuid: 'hoarder', client_type: 'llm' })
  const ids = Array.from({ length: 60 }, (_, n) => `job-${String(n)}`)
  for (const job_id of ids) {
    const payload = { message_type: 'job_dispatch', job_id, script: 'pass' }
    await hoarder.call('blender_send_message', { payload, target_uuid: 'peer' })
  }
  const before = await server.memory()
  const large = { result: 'r'.repeat(mebibyte), error: 'e'.repeat(mebibyte) }
  const reports: unknown[] = []
  for (const job_id of ids) {
    const { status, error } = await peer.call('blender_job_update', { job_id, status: 'running', ...large })
    reports.push(status === 'ok' ? 'ok' : error)
  }
  // Some are on their way to the sender as well, whose mailbox has a bound of its own.
  const refusedAt = reports.indexOf('out_of_memory_share')
  expect(refusedAt).toBeGreaterThan(20)
  expect(reports.slice(refusedAt).every((report) => report === 'out_of_memory_share')).toBe(true)
  await otherWorks()
  for (const job_id of ids) {
    const ended = await peer.call('blender_job_update', { job_id, status: 'completed', ...large })
    expect(ended.status).toBe('ok')
  }
  // The oldest may have been forgotten since, by age.
  for (const job_id of ids.slice(-5)) {
    const job = await hoarder.call('blender_get_job', { job_id })
    expect([job.status, String(job.result).slice(0, 1)]).toStrictEqual(['completed', 'r'])
  }
  expect((await server.memory()) - before).toBeLessThan(shareBytes + 30 * mebibyte)
  expect(await server.peak()).toBeLessThan(peakBytes)
  await otherWorks()
})

it('calls that wait for a Blender hold neither their code nor their requests', async () => {
  const { server, hoarder, otherWorks } = await scene()
  const blender = await server.raw('blender')
  await blender.call('blender_register_client', {
    client_uuid: 'blender',
    client_type: 'blender',
    capabilities: ['large_messages'],
  })
  const stream = await blender.openStream()
  const before = await server.memory()
  const code = 'x'.repeat(3 * mebibyte)
  for (let n = 0; n < 40; n += 1) {
    const params = { name: 'blender_execute_code', arguments: { code, job_id: `key-${String(n)}` } }
    void hoarder.rpc('tools/call', params).catch(() => undefined)
    await stream.frames.next((frame) => isMessage(frame) && frame.includes(code.slice(0, 1000)))
    if (n % 10 === 0) await otherWorks()
  }
  expect((await server.memory()) - before).toBeLessThan(40 * mebibyte)
  expect(await server.peak()).toBeLessThan(peakBytes)
  stream.close()
})

it('calls that wait for a person take a share', async () => {
  const { server, otherWorks } = await scene()
  const blender = await server.raw('blender')
  await blender.call('blender_register_client', {
    client_uuid: 'blender',
    client_type: 'blender',
    capabilities: ['large_messages'],
  })
  const token = await server.token('local', ['llm', 'bus'])
  const before = await server.memory()
  const code = 'x'.repeat(3 * mebibyte)
  const refusals: unknown[] = []
  for (let n = 0; n < 6; n += 1) {
    const asker = await server.raw(`asker-${String(n)}`, token)
    const ask = async (): Promise<'refused' | 'waits'> => {
      const answer = await asker.call('blender_execute_code', { code, target: 'blender' })
      refusals.push(answer.error)
      return 'refused'
    }
    const waits = async (id: number): Promise<'waits'> => {
      // Answered after the one before it, on the same session, has got as far as it gets.
      for (let k = 0; k < 3; k += 1) await asker.rpc('ping', { id })
      return 'waits'
    }
    for (let k = 0; k < 10; k += 1) {
      const asked = ask().catch(() => 'refused' as const)
      await Promise.race([asked, waits(k)])
    }
    await otherWorks()
  }
  expect((await server.memory()) - before).toBeLessThan(shareBytes + 40 * mebibyte)
  expect(refusals.length).toBeGreaterThan(0)
  for (const refusal of refusals) expect(refusal).toContain('User "local" keeps ')
  expect(await server.peak()).toBeLessThan(peakBytes)
})
