import { beforeEach, describe, expect, it } from 'vitest'
import { createLostJobs } from '../../../../../src/main/mcp/sessions/lost-jobs.ts'
import type { Contact } from '../../../../../src/main/mcp/sessions/presence.ts'
import { busFixture, fakeSession, registration } from '../../bus/bus-fixture.ts'

let now: number
let contacts: Record<string, Contact>
beforeEach(() => {
  now = 1000
  contacts = {}
})

function fixture(clientType = 'blender') {
  const { bus } = busFixture()
  const model = fakeSession('model')
  bus.register(registration('model', { client_type: 'llm' }), model)
  bus.register(registration('b', { client_type: clientType, is_persistent: true }), fakeSession('b'))
  const lost = createLostJobs({
    presence: { contact: ({ uuid }) => contacts[uuid] ?? 'live' },
    steady: () => now,
    graceMs: 15_000,
  })
  const begin = (job_id: string): void => {
    const payload = { message_type: 'command_dispatch', job_id, command: 'ping' }
    bus.send({ payload, target_uuid: 'b', session: model })
    const client = bus.get('b')
    if (client !== undefined) bus.mailboxes.take(client, 100)
  }
  const check = (at: number, contact: Contact): void => {
    now = at
    contacts.b = contact
    lost.check(bus)
  }
  const state = (jobId: string) => bus.jobs.get(jobId)?.state
  return { bus, begin, check, state }
}

describe('the jobs of a Blender that is away', () => {
  it('fail after 15 seconds, and say why', () => {
    const { bus, begin, check, state } = fixture()
    begin('j')
    check(1000, 'live')
    check(2000, 'away')
    check(16_999, 'away')
    expect(state('j')).toBe('pending')
    check(17_000, 'away')
    expect(bus.jobs.get('j')).toMatchObject({
      state: 'failed',
      error:
        '"b" went away and did not come back within 15 s: it was closed, crashed, or lost its connection. It had received ' +
        'the job and may have done part of it: look at the scene before you run it again.',
    })
  })

  it('go on where it comes back in time, and it is waited for anew', () => {
    const { begin, check, state } = fixture()
    begin('j')
    check(1000, 'away')
    check(15_000, 'stale')
    check(16_000, 'away')
    check(30_999, 'away')
    expect(state('j')).toBe('pending')
    check(31_000, 'away')
    expect(state('j')).toBe('failed')
  })

  it('count from when it had work, not from an earlier time away', () => {
    const { begin, check, state } = fixture()
    check(1000, 'away')
    begin('first')
    check(2000, 'away')
    check(17_000, 'away')
    check(18_000, 'live')
    begin('second')
    check(60_000, 'away')
    expect([state('first'), state('second')]).toStrictEqual(['failed', 'pending'])
  })

  it('of other clients wait: a worker that polls has no connection in between', () => {
    const { begin, check, state } = fixture('worker')
    begin('j')
    check(1000, 'away')
    check(100_000, 'away')
    expect(state('j')).toBe('pending')
  })
})
