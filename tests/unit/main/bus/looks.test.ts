import { expect, it } from 'vitest'
import type { Job } from '../../../../src/main/bus/jobs.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'

/** A bus with a Blender, and what it told of jobs and of looks. */
function lookFixture() {
  const { bus, time } = busFixture()
  const session = fakeSession('blender')
  bus.register(registration('b', { is_persistent: true, metadata: { pid: 1 } }), session)
  const told: string[] = []
  const note = (event: string) => (job: Job) =>
    told.push(`${event} ${job.job_id} ${job.state} ${job.result}${job.error}`.trim())
  bus.events.on('job', note('job'))
  bus.events.on('look', note('look'))
  const payload = (job_id: string) => ({
    message_type: 'command_dispatch',
    job_id,
    command: 'get_viewport_screenshot',
  })
  const look = (job_id: string) =>
    bus.send({ payload: payload(job_id), target_uuid: 'b', session: null, reply: 'caller', purpose: 'look' })
  const client = bus.get('b')
  if (client === undefined) throw new Error('It has just registered')
  return { bus, time, told, look, client, session }
}
const completed = (job_id: string, result = 'picture') =>
  ({ job_id, status: 'completed', result, error: '' }) as const

it('a look is told of by its own event, and is on no list and in no count', () => {
  const { bus, told, look, client } = lookFixture()
  look('l')
  bus.mailboxes.take(client, 1)
  expect([bus.jobs.pendingCount, [...bus.jobs.pending()], [...bus.jobs.all()]]).toStrictEqual([0, [], []])
  expect(bus.jobUpdate(completed('l'), null)).toStrictEqual({
    ok: true,
    delivered: 'direct',
    targets: ['server:local'],
  })
  expect(told).toStrictEqual(['look l pending', 'look l completed picture'])
  expect([...bus.jobs.all()]).toStrictEqual([])
})

it('lets go of the answer when its listeners are done, and takes a second report for what it is', () => {
  const { bus, told, look } = lookFixture()
  const other = bus.register(registration('other'), null).client
  look('l')
  bus.jobUpdate(completed('l'), null)
  expect(bus.jobs.get('l')).toMatchObject({ state: 'completed', purpose: 'look', result: '' })
  bus.jobUpdate(completed('l', 'x'.repeat(1000)), null)
  expect(told).toHaveLength(2)
  // A report of a stranger would have gone to everybody.
  expect(bus.mailboxes.sizeOf(other.uuid).count).toBe(0)
})

it('ends with its client, and is not counted among the jobs that did', () => {
  const { bus, told, look } = lookFixture()
  look('l')
  bus.send({
    payload: { message_type: 'job_dispatch', job_id: 'j' },
    target_uuid: 'b',
    session: null,
    reply: 'caller',
  })
  expect(bus.forceUnregister('b', { reason: 'Enough.', blocked_until: null })?.jobsCancelled).toBe(1)
  expect(told).toStrictEqual([
    'look l pending',
    'job j pending',
    'job j cancelled Enough.',
    'look l cancelled Enough.',
  ])
})

it('fails with the process that was asked', () => {
  const { bus, told, look, client } = lookFixture()
  look('l')
  bus.mailboxes.take(client, 1)
  bus.register(registration('b', { metadata: { pid: 2 } }), fakeSession('anew'))
  expect(told[1]).toMatch(/^look l failed "b" was closed or crashed/)
})

it('never waits in a mailbox for a client that did not get it', () => {
  const { bus, told, look, client } = lookFixture()
  const sent = look('l')
  bus.mailboxes.take(client, 1)
  if (sent.ok) bus.mailboxes.putBack(client, sent.message)
  expect(bus.mailboxes.sizeOf('b').count).toBe(0)
  expect(told[1]).toBe('look l cancelled "b" lost its connection before it could be looked at.')
})

it('tells with the same purpose that it is not wanted any more', () => {
  const { bus, look, client } = lookFixture()
  look('l')
  bus.mailboxes.take(client, 1)
  const purposes: string[] = []
  bus.events.on('message', ({ payloadJson, purpose }) =>
    purposes.push(`${String(payloadOf({ payloadJson }).message_type)} ${purpose}`),
  )
  const job = bus.jobs.get('l')
  if (job !== undefined) bus.cancelJob(job)
  expect(purposes).toStrictEqual(['job_cancel look'])
})

it('knows the last 1,000 looks', () => {
  const { bus, look } = lookFixture()
  for (let n = 0; n <= 1000; n += 1) {
    look(`l${String(n)}`)
    bus.jobUpdate(completed(`l${String(n)}`), null)
  }
  expect([bus.jobs.get('l0'), bus.jobs.get('l1')?.state, bus.jobs.get('l1000')?.state]).toStrictEqual([
    undefined,
    'completed',
    'completed',
  ])
})
