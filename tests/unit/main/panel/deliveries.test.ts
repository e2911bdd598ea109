import { expect, it } from 'vitest'
import { createDeliveries } from '../../../../src/main/panel/deliveries.ts'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { busFixture, registration } from '../bus/bus-fixture.ts'
import { panelFixture } from './panel-fixture.ts'

it('knows for each target what became of the last messages, and forgets the oldest', () => {
  const { bus } = panelFixture({ mailbox: { maxCount: 1, maxBytes: 1e6 } })
  const deliveries = createDeliveries(bus, 2)
  const clients = ['a', 'b'].map((uuid) => bus.register(registration(uuid), {}).client)
  const send = () => {
    const sent = bus.send({ payload: {}, session: null })
    return sent.ok ? sent.message : null
  }
  const first = send()
  const [a] = clients
  if (first === null || a === undefined) throw new Error('not sent')
  bus.mailboxes.settle(a, 'sent')
  const of = (id: string) => Object.fromEntries(deliveries.of(id) ?? [])
  expect(of(first.message_id)).toStrictEqual({ a: 'sent', b: 'queued' })
  bus.mailboxes.putBack(a, first)
  expect(of(first.message_id)).toStrictEqual({ a: 'queued', b: 'queued' })
  const second = send()
  expect(of(first.message_id)).toStrictEqual({ a: 'dropped', b: 'dropped' })
  send()
  expect(deliveries.of(first.message_id)).toBeNull()
  expect(of(second?.message_id ?? '')).toStrictEqual({ a: 'dropped', b: 'dropped' })
})

it('tells what was sent from what was received and what was read', () => {
  const { bus } = panelFixture()
  const deliveries = createDeliveries(bus)
  const { client } = bus.register(registration('a'), {})
  const sent = bus.send({ payload: {}, target_uuid: 'a', session: null })
  if (!sent.ok) throw new Error('not sent')
  const { message } = sent
  const now = () => deliveries.of(message.message_id)?.get('a')
  const steps: unknown[] = [now()]
  const then = (step: () => unknown): void => {
    step()
    steps.push(now())
  }
  // Nothing is received that was not sent.
  then(() => bus.mailboxes.noteReceived(client, message))
  then(() => bus.mailboxes.settle(client, 'sent'))
  then(() => bus.mailboxes.noteReceived(client, message))
  then(() => bus.mailboxes.take(client, 10, { keep: true }))
  // A later pong makes nothing unread.
  then(() => bus.mailboxes.noteReceived(client, message))
  // The answer of the poll did not arrive; the next one did.
  then(() => bus.mailboxes.confirm(client, ''))
  then(() => bus.mailboxes.take(client, 10, { keep: true }))
  then(() => bus.mailboxes.confirm(client, message.message_id))
  expect(steps).toStrictEqual([
    'queued',
    'queued',
    'sent',
    'received',
    'read',
    'read',
    'sent',
    'read',
    'read',
  ])
})

it('is read at once by a client that has no stream and polls, and waits again where the answer got lost', () => {
  const { bus } = panelFixture()
  const deliveries = createDeliveries(bus)
  const { client } = bus.register(registration('a'), {})
  const sent = bus.send({ payload: {}, target_uuid: 'a', session: null })
  if (!sent.ok) throw new Error('not sent')
  const now = () => deliveries.of(sent.message.message_id)?.get('a')
  bus.mailboxes.take(client, 10, { keep: true })
  expect(now()).toBe('read')
  bus.mailboxes.confirm(client, '')
  expect(now()).toBe('queued')
})

it('hears nothing of a client that has left since', () => {
  const { bus } = panelFixture()
  const { client } = bus.register(registration('a'), {})
  const sent = bus.send({ payload: {}, target_uuid: 'a', session: null })
  if (!sent.ok) throw new Error('not sent')
  const heard: unknown[] = []
  bus.events.on('received', (who) => heard.push(who.uuid))
  bus.mailboxes.noteReceived(client, sent.message)
  bus.unregister('a', null)
  bus.register(registration('a'), {})
  bus.mailboxes.noteReceived(client, sent.message)
  expect(heard).toStrictEqual(['a'])
})

it('what it remembers is charged to its user, and goes where the room is needed', () => {
  const memory = new MemoryLedger(20_000)
  const { bus } = busFixture({ memory: memory.of('local') })
  const deliveries = createDeliveries(bus)
  bus.register(registration('a'), {})
  const ids = Array.from({ length: 3 }, () => {
    const sent = bus.send({ payload: {}, session: null })
    const [client] = bus.registry.all()
    if (!sent.ok || client === undefined) return expect.fail('not sent')
    bus.mailboxes.take(client, 1000, { keep: false })
    return sent.message.message_id
  })
  expect(memory.usedBytes).toBe(3 * (256 + 160))
  const other = memory.of('local').take('output', 10_000 - 500)
  expect(other?.bytes).toBe(9500)
  expect(ids.map((id) => deliveries.of(id) !== null)).toStrictEqual([false, false, true])
})
