import { describe, expect, it } from 'vitest'
import type { MailboxLimits } from '../../../../src/main/bus/mailbox.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import { busFixture, registration } from './bus-fixture.ts'

/** A bus with one client, `b`, that nobody delivers to. */
function fixture(mailbox: MailboxLimits = { maxCount: 10_000, maxBytes: 1e9 }) {
  const { bus } = busFixture({ limits: { mailbox } })
  const { client } = bus.register(registration('b'), null)
  const told: unknown[] = []
  bus.events.on('settled', ({ uuid }, { message, outcome }) =>
    told.push([uuid, payloadOf(message).n, outcome]),
  )
  bus.events.on('returned', ({ uuid }, { message, outcome }) =>
    told.push([uuid, payloadOf(message).n, outcome]),
  )
  const send = (n: number, priority = 'info', more: object = {}) => {
    const sent = bus.send({ payload: { n, ...more }, priority, target_uuid: 'b', session: null })
    if (!sent.ok) throw new Error(sent.message)
    return sent.message
  }
  const job = (n: number, purpose: 'work' | 'look' = 'work') => {
    const sent = bus.send({
      payload: { n, message_type: 'command_dispatch', job_id: `job-${String(n)}`, command: 'ping' },
      target_uuid: 'b',
      session: null,
      purpose,
    })
    if (!sent.ok) throw new Error(sent.message)
    return sent.message
  }
  const take = (max: number, keep = false) =>
    bus.mailboxes.take(client, max, { keep }).map((message) => payloadOf(message).n)
  return { bus, client, told, send, job, take }
}

const counted = (more: object) => ({ sent: 0, received: 0, filtered: 0, dropped: 0, ...more })

describe('a mailbox', () => {
  it('of nobody is empty, and counts nothing', () => {
    const { bus } = fixture()
    expect([
      bus.mailboxes.sizeOf('nobody'),
      bus.mailboxes.countersOf('nobody'),
      bus.mailboxes.next('nobody'),
    ]).toStrictEqual([{ count: 0, bytes: 0 }, counted({}), undefined])
  })

  it('keeps the order of thousands, however they come and go', () => {
    const { bus, send, take } = fixture()
    const out: unknown[] = []
    for (let n = 0; n < 3000; n += 1) {
      send(n)
      if (n % 2 === 1) out.push(...take(1))
    }
    expect(bus.mailboxes.sizeOf('b').count).toBe(1500)
    out.push(...take(5000))
    expect(out).toStrictEqual(Array.from({ length: 3000 }, (_, n) => n))
    expect(bus.mailboxes.sizeOf('b')).toStrictEqual({ count: 0, bytes: 0 })
    expect(take(1)).toStrictEqual([])
  })

  it('holds exactly as many messages as it may', () => {
    const { bus, told, send, take } = fixture({ maxCount: 2, maxBytes: 1e9 })
    send(1)
    send(2)
    expect(told).toStrictEqual([])
    send(3)
    expect(told).toStrictEqual([['b', 1, 'dropped']])
    expect(take(5)).toStrictEqual([2, 3])
    expect(bus.mailboxes.countersOf('b')).toStrictEqual(counted({ received: 2, dropped: 1 }))
  })

  it('holds exactly as many bytes as it may, with 256 beside each payload', () => {
    const size = 256 + '{"n":1}'.length
    const exact = fixture({ maxCount: 10, maxBytes: 2 * size })
    exact.send(1)
    exact.send(2)
    expect(exact.bus.mailboxes.sizeOf('b')).toStrictEqual({ count: 2, bytes: 2 * size })
    expect(exact.told).toStrictEqual([])
    const short = fixture({ maxCount: 10, maxBytes: 2 * size - 1 })
    short.send(1)
    short.send(2)
    expect(short.told).toStrictEqual([['b', 1, 'dropped']])
    expect(short.bus.mailboxes.sizeOf('b')).toStrictEqual({ count: 1, bytes: size })
  })

  it('lets go of a message that is too large for it alone', () => {
    const { bus, told, send } = fixture({ maxCount: 10, maxBytes: 100 })
    send(1)
    expect(told).toStrictEqual([['b', 1, 'dropped']])
    expect(bus.mailboxes.sizeOf('b')).toStrictEqual({ count: 0, bytes: 0 })
  })

  it('lets go of the least urgent first, and of the oldest among these', () => {
    const { told, send, take } = fixture({ maxCount: 3, maxBytes: 1e9 })
    send(1, 'debug')
    send(2, 'alert')
    send(3, 'debug')
    send(4, 'emergency')
    send(5, 'emergency')
    send(6, 'emergency')
    expect(told).toStrictEqual([
      ['b', 1, 'dropped'],
      ['b', 3, 'dropped'],
      ['b', 2, 'dropped'],
    ])
    expect(take(9)).toStrictEqual([4, 5, 6])
  })
})

describe('what is taken out', () => {
  it('is as much as was asked for, most urgent first', () => {
    const { bus, client, send, take } = fixture()
    send(1)
    send(2, 'alert')
    send(3)
    expect(take(0)).toStrictEqual([])
    expect(bus.mailboxes.next('b')?.message.payloadJson).toBe('{"n":2}')
    expect(take(2)).toStrictEqual([2, 1])
    bus.mailboxes.settle(client, 'filtered')
    bus.mailboxes.settle(client, 'sent')
    expect(bus.mailboxes.countersOf('b')).toStrictEqual(counted({ received: 2, filtered: 1 }))
  })

  it('waits again, in its order, where the client had another one last', () => {
    const { bus, client, told, send, take } = fixture()
    const last = [1, 2].map((n) => send(n)).at(-1)
    expect(take(5, true)).toStrictEqual([1, 2])
    send(3)
    bus.mailboxes.confirm(client, 'of an earlier answer')
    expect(told).toStrictEqual([
      ['b', 1, 'sent'],
      ['b', 2, 'sent'],
      ['b', 2, 'queued'],
      ['b', 1, 'queued'],
    ])
    expect(bus.mailboxes.countersOf('b')).toStrictEqual(counted({}))
    expect(take(5, true)).toStrictEqual([1, 2, 3])
    bus.mailboxes.confirm(client, last?.message_id)
    expect(take(5)).toStrictEqual([1, 2, 3])
  })

  it('is let go where the client had the last of it, or does not say', () => {
    const { bus, client, send, take } = fixture()
    send(1)
    const second = send(2)
    take(5, true)
    bus.mailboxes.confirm(client, second.message_id)
    expect(take(5)).toStrictEqual([])
    send(3)
    take(5, true)
    bus.mailboxes.confirm(client, undefined)
    bus.mailboxes.confirm(client, 'of an earlier answer')
    expect(take(5)).toStrictEqual([])
  })

  it('is not kept without being asked for, nor by an empty answer', () => {
    const { bus, client, send, take } = fixture()
    send(1)
    take(5)
    bus.mailboxes.confirm(client, 'of an earlier answer')
    expect(take(5)).toStrictEqual([])
    send(2)
    take(5, true)
    expect(take(5, true)).toStrictEqual([])
    bus.mailboxes.confirm(client, 'of an earlier answer')
    expect(take(5)).toStrictEqual([2])
  })

  it('is nothing that a client of the same name was given before', () => {
    const { bus, client, send, take } = fixture()
    send(1)
    take(5, true)
    bus.unregister('b')
    const { client: anew } = bus.register(registration('b'), null)
    bus.mailboxes.confirm(anew, 'of an earlier answer')
    expect(bus.mailboxes.sizeOf('b').count).toBe(0)
    bus.mailboxes.putBack(client, { ...sentAgain(bus) })
    expect(bus.mailboxes.sizeOf('b').count).toBe(0)
  })
})

describe('what did not arrive', () => {
  it('goes before all others of its priority', () => {
    const { bus, client, send, take } = fixture()
    const first = send(1)
    send(2)
    send(3, 'alert')
    take(2)
    bus.mailboxes.putBack(client, first)
    send(4)
    expect(take(9)).toStrictEqual([1, 2, 4])
  })

  it('may be what a full mailbox lets go of', () => {
    const { bus, client, told, send, take } = fixture({ maxCount: 1, maxBytes: 1e9 })
    const first = send(1)
    take(1)
    send(2)
    told.length = 0
    bus.mailboxes.putBack(client, first)
    expect(told).toStrictEqual([
      ['b', 1, 'queued'],
      ['b', 1, 'dropped'],
    ])
    expect(bus.mailboxes.countersOf('b')).toStrictEqual(counted({ dropped: 1 }))
  })

  it('waits again as a job where nobody has reported on it, and was never handed out', () => {
    const { bus, client, job, take } = fixture()
    const message = job(1)
    take(1)
    expect(bus.jobs.handedTo('b').map(({ job_id }) => job_id)).toStrictEqual(['job-1'])
    bus.mailboxes.putBack(client, message)
    expect(bus.jobs.handedTo('b')).toStrictEqual([])
    expect(take(1)).toStrictEqual([1])
    bus.jobUpdate({ job_id: 'job-1', status: 'running', result: '', error: '' }, null)
    take(9)
    bus.mailboxes.putBack(client, message)
    expect(take(1)).toStrictEqual([])
    expect(bus.jobs.handedTo('b').map(({ job_id }) => job_id)).toStrictEqual(['job-1'])
  })

  it('ends as a look, and never waits', () => {
    const { bus, client, job, take } = fixture()
    const looks: unknown[] = []
    const message = job(1, 'look')
    take(1)
    bus.events.on('look', ({ job_id, state, error }) => looks.push([job_id, state, error]))
    bus.mailboxes.putBack(client, message)
    expect(looks).toStrictEqual([
      ['job-1', 'cancelled', '"b" lost its connection before it could be looked at.'],
    ])
    expect(take(1)).toStrictEqual([])
  })
})

describe('what a client shut out', () => {
  it('is withheld while it is told, and nothing else that waits', () => {
    const { bus, client, told, send, take } = fixture()
    send(1)
    bus.events.once('message', (message) => bus.mailboxes.filter(client, message))
    const filtered = send(2)
    expect(told).toStrictEqual([['b', 2, 'filtered']])
    bus.mailboxes.filter(client, filtered)
    expect(take(5)).toStrictEqual([1])
    bus.mailboxes.filter(client, filtered)
    expect(bus.mailboxes.countersOf('b')).toStrictEqual(counted({ received: 1, filtered: 1 }))
  })
})

describe('a job that waits', () => {
  it('can be withdrawn from anywhere in the mailbox, and nothing else of its id', () => {
    const { bus, client, told, send, job, take } = fixture()
    send(1, 'alert')
    send(2, 'info', { job_id: 'job-3' })
    job(3)
    job(4)
    expect(bus.mailboxes.withdrawJob(client, 'job-3')).toBe(true)
    expect(bus.mailboxes.withdrawJob(client, 'job-3')).toBe(false)
    expect(told).toStrictEqual([['b', 3, 'dropped']])
    expect(bus.mailboxes.sizeOf('b').count).toBe(3)
    expect(take(9)).toStrictEqual([1, 2, 4])
    expect(bus.mailboxes.withdrawJob(client, 'job-4')).toBe(false)
  })

  it('can be withdrawn where it was put back', () => {
    const { bus, client, job, take } = fixture()
    const message = job(1)
    take(1)
    bus.mailboxes.putBack(client, message)
    expect(bus.mailboxes.withdrawJob(client, 'job-1')).toBe(true)
    expect(take(9)).toStrictEqual([])
  })

  it('can be withdrawn after others were taken out before it', () => {
    const { bus, client, job, take } = fixture()
    for (const n of [1, 2, 3]) job(n)
    take(1)
    expect(bus.mailboxes.withdrawJob(client, 'job-2')).toBe(true)
    expect(take(9)).toStrictEqual([3])
  })
})

function sentAgain(bus: ReturnType<typeof fixture>['bus']) {
  const sent = bus.send({ payload: {}, group_id: 'nobody', session: null })
  if (!sent.ok) throw new Error(sent.message)
  return sent.message
}
