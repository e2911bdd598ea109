import { describe, expect, it } from 'vitest'
import type { SessionHandle } from '../../../../src/main/bus/client-info.ts'
import { holderAfter } from '../../../../src/main/bus/holders.ts'
import { busFixture, registration } from './bus-fixture.ts'

const tokenSession = (token: string | null): SessionHandle => ({ token })
const place = { pid: 10, hostname: 'studio' }

function fixture() {
  const { bus } = busFixture({ tokenOf: (session) => (session as { token: string | null }).token })
  const register = (session: SessionHandle | null, metadata: object = place) =>
    bus.register(registration('b', { is_persistent: true, metadata }), session).client
  /** A job for `b` that is for who holds it now. */
  const send = (more: object = {}) => {
    const holder = bus.get('b')?.holder ?? 0
    return bus.send({
      payload: { message_type: 'job_dispatch', job_id: 'j', script: 'x', ...more },
      target_uuid: 'b',
      session: null,
      holders: new Map([['b', holder]]),
    })
  }
  return { bus, register, send }
}

describe('the holder of a record', () => {
  it.each([
    ['the same session', (one: SessionHandle) => one, place, true],
    ['the same session that says less', (one: SessionHandle) => one, {}, true],
    ['the same session in another process', (one: SessionHandle) => one, { pid: 11 }, false],
    ['another session of the same', () => tokenSession('t'), place, true],
    ['another session of another token', () => tokenSession('u'), place, false],
    ['another session of no known token', () => tokenSession(null), place, false],
    ['another session in another process', () => tokenSession('t'), { ...place, pid: 11 }, false],
    ['another session elsewhere', () => tokenSession('t'), { ...place, hostname: 'away' }, false],
    ['another session that names no process', () => tokenSession('t'), { hostname: 'studio' }, false],
    ['another session that names no host', () => tokenSession('t'), { pid: 10 }, false],
  ] as const)('is known of %s', (_, next, metadata, same) => {
    const { register } = fixture()
    const first = tokenSession('t')
    const { holder } = register(first)
    expect(register(next(first), metadata).holder === holder).toBe(same)
  })

  it('is another one after somebody who named no process, though the record still names one', () => {
    const { register } = fixture()
    register(tokenSession('t'))
    const { holder } = register(tokenSession('t'), {})
    expect(register(tokenSession('t')).holder).not.toBe(holder)
  })

  it('is another one after it was taken over and released, and after it left', () => {
    const { bus, register } = fixture()
    const first = register(tokenSession('t'))
    const seen = [first.holder]
    register(tokenSession('u'))
    bus.registry.detach(first)
    seen.push(register(tokenSession('t')).holder)
    bus.unregister('b')
    seen.push(register(tokenSession('t')).holder)
    expect(new Set(seen).size).toBe(3)
  })
})

describe('who holds a record after a registration', () => {
  const session = tokenSession('t')
  const known = { token: 't', pid: 10, hostname: 'studio' }
  const unknown = { token: null, pid: undefined, hostname: undefined }
  const after = (
    metadata: object,
    {
      before = known,
      next = tokenSession('t'),
      token = 't',
    }: {
      before?: typeof known | typeof unknown
      next?: SessionHandle | null
      token?: string | null
    } = {},
  ) => holderAfter({ holder: before, session }, registration('b', { metadata }), next, token)

  it.each([
    [{ pid: 10 }, known, true],
    [{ pid: '', hostname: '' }, known, true],
    [{ hostname: 'away' }, { ...known, hostname: 'away' }, false],
    [{ pid: 11 }, { ...known, pid: 11 }, false],
  ] as const)('in its own session is as far as that says nothing else: %j', (metadata, holder, isSame) => {
    expect(after(metadata, { next: session })).toStrictEqual({ holder, isSame })
    expect(after(metadata, { next: null, token: null })).toStrictEqual({ holder, isSame })
  })

  it.each([
    [{ pid: 10, hostname: 'studio' }, 't', known, known, true],
    [{ pid: 10, hostname: 'studio' }, 'u', known, { ...known, token: 'u' }, false],
    [
      { pid: 10, hostname: '' },
      't',
      { ...known, hostname: undefined },
      { ...known, hostname: undefined },
      false,
    ],
    [{ pid: '', hostname: 'studio' }, 't', { ...known, pid: undefined }, { ...known, pid: undefined }, false],
    [{ pid: 10, hostname: 'studio' }, null, { ...known, token: null }, { ...known, token: null }, false],
    [{}, null, unknown, unknown, false],
  ] as const)(
    'in another session is the same only where all is known: %j of %s',
    (metadata, token, before, holder, isSame) => {
      expect(after(metadata, { before: before as typeof known, token })).toStrictEqual({ holder, isSame })
    },
  )
})

describe('a job for one holder alone', () => {
  it('comes out for that one, in another session too', () => {
    const { bus, register, send } = fixture()
    const client = register(tokenSession('t'))
    send()
    register(tokenSession('t'))
    expect(bus.mailboxes.take(client, 10).map(({ job_id }) => job_id)).toStrictEqual(['j'])
  })

  it('ends for another one, who is given what comes behind it', () => {
    const { bus, register, send } = fixture()
    const client = register(tokenSession('t'))
    send()
    bus.send({ payload: { message_type: 'chat' }, target_uuid: 'b', session: null })
    register(tokenSession('u'))
    expect(bus.mailboxes.take(client, 10).map(({ head }) => head.kind)).toStrictEqual(['chat'])
    const { state, error } = bus.jobs.get('j') ?? {}
    expect([
      state,
      error,
      bus.mailboxes.sizeOf('b').count,
      bus.mailboxes.countersOf('b').dropped,
    ]).toStrictEqual([
      'failed',
      'Another program has taken the place of "b" since a person allowed this, and was not given it. ' +
        'Send it again: the person is then asked about the one that is there now.',
      0,
      1,
    ])
  })

  it('stays for its holder where somebody reads the mailbox without holding it', () => {
    const { bus, register, send } = fixture()
    const client = register(tokenSession('t'))
    send()
    bus.send({ payload: { message_type: 'chat' }, target_uuid: 'b', session: null })
    const read = (holds: boolean) => bus.mailboxes.take(client, 10, { holds }).map(({ head }) => head.kind)
    expect([read(false), read(false), read(true)]).toStrictEqual([['chat'], [], ['job_dispatch']])
  })

  it('is not kept for a later poll after it went to the stream', () => {
    const { bus, register, send } = fixture()
    const client = register(tokenSession('t'))
    send({ message_type: 'Job_Dispatch' })
    bus.mailboxes.next('b')
    bus.mailboxes.settle(client, 'sent')
    expect([bus.mailboxes.take(client, 10), bus.jobs.get('j')]).toStrictEqual([[], undefined])
  })
})
