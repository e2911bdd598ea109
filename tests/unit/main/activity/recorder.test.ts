import { expect, it } from 'vitest'
import { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import { createRecorder } from '../../../../src/main/activity/recorder.ts'
import { registration } from '../bus/bus-fixture.ts'

/** A activityLog that never writes: everything of one key is merged. */
function recorded(keepPayloads: boolean) {
  const entries: QueuedEntry[] = []
  const waiting = new Map<string, QueuedEntry>()
  const clock = () => 1_700_000_000_000
  let ids = 0
  const bus = new UserMessageBus('local', {
    clock,
    newId: () => `id-${(ids += 1)}`,
    limits: { mailbox: { maxCount: 2, maxBytes: 1e6 } },
  })
  createRecorder({
    clock,
    keepPayloads,
    activityLog: {
      add(entry, key, merge) {
        const old = key === undefined ? undefined : waiting.get(key)
        if (old !== undefined && merge !== undefined) {
          merge(old)
          return
        }
        if (key !== undefined) waiting.set(key, entry)
        entries.push(entry)
      },
    },
  }).attachBus(bus)
  const of = (table: QueuedEntry['table']) =>
    entries.filter((entry) => entry.table === table).map(({ row }) => row)
  return { bus, of }
}

it('keeps a message with what became of it, and its drops as one line', () => {
  const { bus, of } = recorded(true)
  bus.register(registration('b'), {})
  for (let n = 0; n < 5; n += 1) bus.send({ payload: { n }, target_uuid: 'b', session: null })
  expect(of('messages')[0]).toStrictEqual({
    at: 1_700_000_000,
    userId: 'local',
    messageId: 'id-1',
    jobId: 'id-1',
    from: 'server:local',
    routing: { type: 'direct', target_uuid: 'b' },
    targets: ['b'],
    targetCount: 1,
    priority: 6,
    kind: 'message',
    bytes: 7,
    preview: '{"n":0}',
    sent: 0,
    filtered: 0,
    dropped: 1,
  })
  expect(of('activity').filter((row) => 'kind' in row && row.kind === 'message_dropped')).toStrictEqual([
    {
      at: 1_700_000_000,
      kind: 'message_dropped',
      userId: 'local',
      client: 'b',
      by: 'server',
      text: '',
      count: 3,
    },
  ])
})

it.each([
  ['ASCII', 'x', 4096],
  ['three bytes a character', '€', 4096],
])('cuts a payload of %s at 4 KiB, in no character’s middle', (_, character, most) => {
  const { bus, of } = recorded(true)
  bus.register(registration('b'), {})
  bus.send({ payload: { text: character.repeat(5000) }, target_uuid: 'b', session: null })
  const [row] = of('messages') as { preview: string }[]
  const preview = row?.preview ?? ''
  expect(Buffer.byteLength(preview)).toBeLessThanOrEqual(most)
  expect(Buffer.byteLength(preview)).toBeGreaterThan(most - 4)
  expect(preview).toMatch(new RegExp(`^\\{"text":"${character}+$`))
})

it('keeps no word of payloads and results where that is switched off, and the rest all the same', () => {
  const { bus, of } = recorded(false)
  bus.register(registration('b'), {})
  const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'the secret', description: 'Tidy up' }
  bus.send({ payload, target_uuid: 'b', session: null })
  bus.jobUpdate({ job_id: 'j', status: 'completed', result: 'the secret', error: '' }, null)
  expect(of('jobs')).toStrictEqual([
    {
      userId: 'local',
      jobId: 'j',
      at: 1_700_000_000,
      updatedAt: 1_700_000_000,
      kind: 'job_dispatch',
      title: 'Tidy up',
      from: 'server:local',
      targets: ['b'],
      targetCount: 1,
      state: 'completed',
      error: '',
      result: null,
    },
  ])
  expect(of('messages')).toMatchObject([
    { kind: 'job_dispatch', preview: null },
    { kind: 'job_update', preview: null },
  ])
  expect(JSON.stringify([...of('messages'), ...of('jobs'), ...of('activity')])).not.toContain('the secret')
})

it('keeps nothing of looks', () => {
  const { bus, of } = recorded(true)
  bus.register(registration('b'), {})
  const payload = { message_type: 'command_dispatch', job_id: 'l', command: 'get_viewport_screenshot' }
  bus.send({ payload, target_uuid: 'b', session: null, reply: 'caller', purpose: 'look' })
  const b = bus.get('b')
  if (b !== undefined) bus.mailboxes.take(b, 1)
  const look = bus.jobs.get('l')
  if (look !== undefined) bus.cancelJob(look)
  bus.jobUpdate({ job_id: 'l', status: 'completed', result: 'picture', error: '' }, null)
  expect([of('messages'), of('outcomes'), of('jobs')]).toStrictEqual([[], [], []])
})

it.each([
  [true, 'Ping (j): completed, after it had ended as failed. 42'],
  [false, 'Ping (j): completed, after it had ended as failed'],
])('keeps a result that came too late as a line (payloads: %s)', (keepPayloads, text) => {
  const { bus, of } = recorded(keepPayloads)
  const session = {}
  bus.register(registration('b', { is_persistent: true }), session)
  const payload = { message_type: 'command_dispatch', job_id: 'j', command: 'ping', description: 'Ping' }
  bus.send({ payload, target_uuid: 'b', session: null })
  const client = bus.get('b')
  if (client !== undefined) bus.mailboxes.take(client, 10)
  bus.failLost('b', 'It went away.')
  bus.jobUpdate({ job_id: 'j', status: 'completed', result: '42', error: '' }, session)
  expect(of('activity').at(-1)).toStrictEqual({
    at: 1_700_000_000,
    kind: 'job_late',
    userId: 'local',
    client: 'b',
    by: 'client',
    count: 1,
    text,
  })
  expect(of('jobs').at(-1)).toMatchObject({
    jobId: 'j',
    state: 'failed',
    error: 'It went away.',
    result: keepPayloads ? '' : null,
  })
})
