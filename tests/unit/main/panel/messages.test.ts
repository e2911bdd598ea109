import { describe, expect, it } from 'vitest'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import { createRecorder } from '../../../../src/main/activity/recorder.ts'
import { createDelivery } from '../../../../src/main/mcp/sessions/delivery.ts'
import { createLargeMessages } from '../../../../src/main/mcp/sessions/large-messages.ts'
import { createPanelMessages } from '../../../../src/main/panel/messages.ts'
import { limitToUser } from '../../../../src/main/panel/one-user.ts'
import type { Priority } from '../../../../src/shared/protocol.ts'
import { registration } from '../bus/bus-fixture.ts'
import { fakeSession } from '../mcp/fake-session.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

const client = { userId: 'local', uuid: 'b' }
const info = { client, priority: 'info' } as const

describe('a message from the panel', () => {
  it('waits in the mailbox of a client without a stream, and is told of when it goes out', () => {
    const { bus, messages } = panelFixture()
    bus.register(registration('b'), {})
    const sent = messages.send({ ...info, payload: { hello: 1 }, priority: 'warning' })
    expect(sent).toStrictEqual({ outcome: 'sent', messageId: 'id-1', jobId: null, delivery: 'queued' })
    const waiting = bus.mailboxes.next('b')
    expect(waiting?.message).toMatchObject({
      from_uuid: 'server:local',
      payloadJson: '{"hello":1}',
      priority: 4,
      routing: { type: 'direct', target_uuid: 'b' },
    })
    expect(messages.sentTo(client)).toStrictEqual([{ messageId: 'id-1', delivery: 'queued' }])
    const known = bus.get('b')
    if (known !== undefined) bus.mailboxes.take(known, 1)
    expect(messages.sentTo(client)).toStrictEqual([{ messageId: 'id-1', delivery: 'read' }])
  })

  it('has each number as the person wrote it, also in a job', () => {
    const { bus, messages } = panelFixture()
    bus.register(registration('b'), {})
    const texts: string[] = []
    bus.events.on('message', ({ payloadJson }) => texts.push(payloadJson))
    messages.send({
      ...info,
      payload: '{"id": 1915883588174806058, "far": [1e400, -0.10], "cut": "\\ud83d"}',
    })
    const job = '{"message_type":"command_dispatch","command":"ping","params":{"n":1e400},"job_id":""}'
    const sent = messages.send({ ...info, payload: job })
    if (sent.outcome !== 'sent') expect.fail(sent.message)
    expect(texts).toStrictEqual([
      '{"id": 1915883588174806058, "far": [1e400, -0.10], "cut": "\\ufffd"}',
      `{"message_type":"command_dispatch","command":"ping","params":{"n":1e400},"job_id":"${sent.jobId ?? ''}"}`,
    ])
  })

  it.each(['{"a": 1', '[1]', '""', '1', 'null', ''])(
    'is refused where it is no JSON object: %s',
    (payload) => {
      const { bus, messages } = panelFixture()
      bus.register(registration('b'), {})
      expect(messages.send({ ...info, payload })).toStrictEqual({
        outcome: 'refused',
        code: 'not_accepted',
        message: 'The payload is not the JSON of an object. Nothing was sent.',
      })
      expect(bus.mailboxes.next('b')).toBeUndefined()
    },
  )

  it('says when the client does not want to hear it', () => {
    const { bus, messages } = panelFixture()
    const threshold: Priority = 4
    createDelivery(
      () => threshold,
      createLargeMessages(() => 0),
    ).attach(bus)
    bus.register(registration('b'), fakeSession())
    expect(messages.send({ ...info, payload: {} })).toMatchObject({ delivery: 'filtered' })
    expect(messages.send({ ...info, payload: {}, priority: 'alert' })).toMatchObject({ delivery: 'sent' })
  })

  it('is a job of the panel where its payload says so, with an id of its own where it names none', () => {
    const { bus, jobs, messages } = panelFixture()
    bus.register(registration('b'), {})
    const payload = { message_type: 'command_dispatch', command: 'ping', params: {} }
    const sent = messages.send({ ...info, payload })
    if (sent.outcome !== 'sent' || sent.jobId === null) expect.fail('it is no job')
    const told: string[] = []
    bus.events.on('message', (message) => told.push(message.message_id))
    bus.jobUpdate({ job_id: sent.jobId, status: 'completed', result: '"pong"', error: '' }, null)
    expect(jobs.row({ userId: 'local', jobId: sent.jobId })).toMatchObject({
      title: 'ping',
      state: 'completed',
      from: { uuid: 'server:local' },
    })
    expect(told).toStrictEqual([])
    expect(messages.send({ ...info, payload: { ...payload, job_id: 'mine' } })).toMatchObject({
      outcome: 'sent',
      jobId: 'mine',
    })
    expect(messages.send({ ...info, payload: { ...payload, job_id: 'mine' } })).toStrictEqual({
      outcome: 'refused',
      code: 'job_id_taken',
      message: 'There is a job “mine” on this bus already. Choose another id, or leave it out.',
    })
  })

  it('goes to the client that was named or to nobody: words for a client find no other', () => {
    const { bus, messages } = panelFixture()
    bus.register(registration('b', { metadata: { pid: 7 } }), {})
    for (const uuid of ['latest', 'pid:7', 'gone', '']) {
      expect(messages.send({ ...info, client: { userId: 'local', uuid }, payload: {} })).toStrictEqual({
        outcome: 'refused',
        code: 'unknown_client',
        message: `The client “${uuid}” is not on the bus any more. Nothing was sent.`,
      })
    }
    expect(bus.mailboxes.sizeOf('b').count).toBe(0)
  })

  it('is refused where it is too large, with nothing sent', () => {
    const { bus, messages } = panelFixture()
    bus.register(registration('b'), {})
    expect(messages.send({ ...info, payload: { text: 'x'.repeat(4 * 1024 * 1024) } })).toMatchObject({
      outcome: 'refused',
      code: 'payload_too_large',
    })
    expect(messages.sentTo(client)).toStrictEqual([])
  })

  it('of a panel of one user reaches that bus only', () => {
    const fixture = panelFixture()
    fixture.bus.register(registration('b'), {})
    fixture.buses.busOf('eve').register(registration('e'), {})
    const ports = limitToUser(routerPorts(fixture), 'eve')
    expect(ports.messages.send({ ...info, payload: {} })).toMatchObject({ code: 'unknown_client' })
    expect(fixture.bus.mailboxes.sizeOf('b').count).toBe(0)
    const own = { userId: 'eve', uuid: 'e' }
    expect(ports.messages.send({ ...info, client: own, payload: {} })).toMatchObject({ outcome: 'sent' })
    fixture.messages.send({ ...info, payload: {} })
    expect([ports.messages.sentTo(client), ports.messages.sentTo(own).length]).toStrictEqual([[], 1])
  })

  it('stands in the history as the operator’s', () => {
    const { bus, roster, post, clock } = panelFixture()
    const entries: QueuedEntry[] = []
    const recorder = createRecorder({
      activityLog: { add: (entry) => entries.push(entry) },
      clock,
      keepPayloads: true,
    })
    recorder.attachOperator(post.events)
    bus.register(registration('b'), {})
    const messages = createPanelMessages({ roster, post, newId: () => 'j' })
    messages.send({ ...info, payload: { message_type: 'job_dispatch', script: '1', description: '' } })
    bus.send({ payload: {}, target_uuid: 'b', session: null })
    expect(entries).toStrictEqual([
      {
        table: 'activity',
        row: {
          at: 1_700_000_000.5,
          kind: 'operator_sent',
          userId: 'local',
          client: 'b',
          by: 'operator',
          text: 'job_dispatch, info, message id-1',
          count: 1,
        },
      },
    ])
  })
})
