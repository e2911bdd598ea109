import { describe, expect, it } from 'vitest'
import { createTraffic } from '../../../../src/main/panel/traffic.ts'
import { busFixture, registration } from '../bus/bus-fixture.ts'

describe('the traffic of a client', () => {
  it('shows at most 100 messages, newest first, and forgets what is older than the last 2,000', () => {
    const { bus } = busFixture()
    const traffic = createTraffic(bus)
    bus.register(registration('quiet'), null)
    bus.register(registration('busy'), null)
    bus.send({ payload: { n: -1 }, target_uuid: 'quiet', session: null })
    for (let n = 0; n < 1999; n += 1) bus.send({ payload: { n }, target_uuid: 'busy', session: null })
    const shown = traffic.of('busy').map(({ preview }) => preview)
    expect([shown.length, shown[0], shown[99]]).toStrictEqual([100, '{"n":1998}', '{"n":1899}'])
    expect(traffic.of('quiet')).toHaveLength(1)
    bus.send({ payload: { n: 1999 }, target_uuid: 'busy', session: null })
    expect(traffic.of('quiet')).toStrictEqual([])
  })

  it('shows the last look at a client in its place among the rest, and no look pushes a message out', () => {
    const { bus } = busFixture()
    const traffic = createTraffic(bus)
    bus.register(registration('b'), null)
    const look = (job_id: string) =>
      bus.send({
        payload: { message_type: 'command_dispatch', job_id, command: 'get_viewport_screenshot' },
        target_uuid: 'b',
        session: null,
        purpose: 'look',
      })
    bus.send({ payload: { n: 1 }, target_uuid: 'b', session: null })
    for (let n = 0; n < 3000; n += 1) look(`l${String(n)}`)
    const b = bus.get('b')
    if (b !== undefined) bus.mailboxes.take(b, 5000)
    bus.send({ payload: { n: 2 }, target_uuid: 'b', session: null })
    const shown = traffic
      .of('b')
      .map(({ jobId, kind, outcome }) => [kind, jobId.replace(/^id-.*/, ''), outcome])
    expect(shown).toStrictEqual([
      ['message', '', 'queued'],
      ['command_dispatch', 'l2999', 'sent'],
      ['message', '', 'dropped'],
    ])
    expect(new Set(traffic.of('b').map(({ id }) => id)).size).toBe(3)
    bus.unregister('b')
    bus.register(registration('b'), null)
    expect(traffic.of('b').filter(({ kind }) => kind === 'command_dispatch')).toStrictEqual([])
  })

  it('keeps 2,000 characters of a payload and its whole size', () => {
    const { bus } = busFixture()
    const traffic = createTraffic(bus)
    bus.register(registration('b'), null)
    bus.send({ payload: { t: 'x'.repeat(5000) }, target_uuid: 'b', session: null })
    expect(traffic.of('b')[0]).toMatchObject({ bytes: 5008, preview: `{"t":"${'x'.repeat(1994)}` })
  })

  it('tells what became of a message later on, for each target', () => {
    const { bus } = busFixture({ limits: { mailbox: { maxCount: 1, maxBytes: 10_000 } } })
    const traffic = createTraffic(bus)
    bus.register(registration('a', { group_id: 'g' }), null)
    bus.register(registration('b', { group_id: 'g' }), null)
    bus.send({ payload: { n: 1 }, group_id: 'g', session: null })
    const outcomes = (uuid: string) => traffic.of(uuid).map(({ outcome }) => outcome)
    expect([outcomes('a'), outcomes('b')]).toStrictEqual([['queued'], ['queued']])
    const a = bus.get('a')
    if (a !== undefined) bus.mailboxes.take(a, 1)
    bus.send({ payload: { n: 2 }, target_uuid: 'b', session: null })
    expect([outcomes('a'), outcomes('b')]).toStrictEqual([['sent'], ['queued', 'dropped']])
  })
})
