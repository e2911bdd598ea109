import { expect, it } from 'vitest'
import { busFixture, registration } from './bus-fixture.ts'

/** A job whose payload is so many bytes of JSON. */
function jobOf(bytes: number): { message_type: string; script: string } {
  const empty = { message_type: 'job_dispatch', script: '' }
  return { ...empty, script: 'x'.repeat(bytes - JSON.stringify(empty).length) }
}

function fixture() {
  const { bus } = busFixture()
  bus.register(registration('b', { group_id: 'g' }), null)
  bus.register(registration('c', { group_id: 'g', capabilities: ['viewport', 'large_messages'] }), null)
  const send = (address: object, payload: Record<string, unknown>) =>
    bus.send({ ...address, payload, session: null })
  return { bus, send }
}

it('a job that a target would get as a link is refused, and nobody gets it', () => {
  const { bus, send } = fixture()
  expect(send({ target_uuid: 'b' }, jobOf(913_408))).toMatchObject({ ok: true })
  const refusal = {
    ok: false,
    error: 'too_large_for_target',
    message:
      'The job is 913409 bytes of JSON, and b takes at most 913408. Nothing was sent. Write large data to a file and ' +
      'send its path, or update the program there.',
  }
  expect(send({ target_uuid: 'b' }, jobOf(913_409))).toStrictEqual(refusal)
  expect(send({ group_id: 'g' }, jobOf(913_409))).toStrictEqual(refusal)
  expect([
    bus.jobs.pendingCount,
    bus.mailboxes.sizeOf('b').count,
    bus.mailboxes.sizeOf('c').count,
  ]).toStrictEqual([1, 1, 0])
})

it('a client that takes messages of any size is given jobs of any size', () => {
  const { send } = fixture()
  expect(send({ target_uuid: 'c' }, jobOf(4_000_000))).toMatchObject({ ok: true, targets: ['c'] })
})

it('a message that is no job is sent to everybody, whatever its size', () => {
  const { send } = fixture()
  expect(send({ group_id: 'g' }, { text: 'x'.repeat(4_000_000) })).toMatchObject({
    ok: true,
    targets: ['b', 'c'],
  })
})

it('an id that no peer could report on is refused', () => {
  const { send } = fixture()
  expect(send({ target_uuid: 'b' }, { job_id: 'j'.repeat(200) })).toMatchObject({ ok: true })
  expect(send({ target_uuid: 'b' }, { job_id: 'j'.repeat(201) })).toStrictEqual({
    ok: false,
    error: 'invalid_arguments',
    message:
      'payload.job_id has 201 characters; at most 200 are allowed. Send a shorter id, or leave it out.',
  })
})
