import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BusManager } from '../../../../../src/main/bus/bus-manager.ts'
import { jsonText } from '../../../../../src/main/base/raw-json.ts'
import type { JsonObject, MessageData } from '../../../../../src/shared/protocol.ts'
import { jobUpdateTool } from '../../../../../src/main/mcp/tools/messaging.ts'
import { createLargeMessages } from '../../../../../src/main/mcp/sessions/large-messages.ts'
import { receiveMessagesTool as createReceiveTool } from '../../../../../src/main/mcp/tools/receiving.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'

const largeMessages = createLargeMessages(() => 0)
const receiveMessagesTool = createReceiveTool(largeMessages)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An answer as its client reads it. */
const asSent = (answer: unknown) => JSON.parse(jsonText(answer)) as { messages: MessageData[] }

describe('blender_job_update', () => {
  it("[R-510] takes a job of another user's bus for one that nobody knows", async () => {
    let ids = 0
    const buses = new BusManager({ clock: () => 0, newId: () => String((ids += 1)) })
    const alice = buses.busOf('alice')
    const bob = buses.busOf('bob')
    alice.register(registration('blender-a'), fakeSession())
    alice.send({
      payload: { message_type: 'job_dispatch', job_id: 'job-1', script: 'pass', description: '' },
      target_uuid: 'blender-a',
      session: null,
    })
    const { context } = fakeCall(bob, fakeSession())
    const structured = {
      status: 'ok',
      delivered: 'broadcast',
      targets: [],
    }
    expect(await jobUpdateTool.call({ job_id: 'job-1', status: 'completed' }, context)).toStrictEqual({
      content: [{ type: 'text', text: JSON.stringify(structured) }],
      structuredContent: structured,
    })
    expect(alice.jobs.get('job-1')?.state).toBe('pending')
  })
})

describe('blender_receive_messages', () => {
  const receiving = () => {
    const { bus } = busFixture()
    const session = fakeSession({ streamOpen: false })
    bus.register(registration('b'), session)
    const call = fakeCall(bus, session)
    const answer = receiveMessagesTool.call({ client_uuid: 'b', wait_seconds: 60 }, call.context)
    return { bus, session, call, answer }
  }
  const messagesOf = async (answer: ReturnType<typeof receiveMessagesTool.call>) =>
    asSent((await answer).structuredContent).messages

  it('waits no longer than it was asked to', async () => {
    const { answer } = receiving()
    vi.advanceTimersByTime(60_000)
    expect(await messagesOf(answer)).toStrictEqual([])
  })

  it('leaves messages to the next call when it was cancelled', async () => {
    const { bus, call, answer } = receiving()
    call.cancel()
    bus.send({ payload: { n: 1 }, target_uuid: 'b', session: null })
    expect(await messagesOf(answer)).toStrictEqual([])
    expect(bus.mailboxes.sizeOf('b').count).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends when its client leaves, and leaves no listener behind', async () => {
    const { bus, answer } = receiving()
    expect(bus.events.listenerCount('message')).toBe(1)
    bus.unregister('b')
    expect(await messagesOf(answer)).toStrictEqual([])
    expect(bus.events.listenerCount('message')).toBe(0)
    expect(bus.events.listenerCount('unregistered')).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves messages to the next call when its client’s connection is gone', async () => {
    const { bus } = busFixture()
    const session = fakeSession({ streamOpen: false, hears: () => false })
    bus.register(registration('b'), session)
    const answer = receiveMessagesTool.call(
      { client_uuid: 'b', wait_seconds: 60 },
      fakeCall(bus, session).context,
    )
    bus.send({ payload: { n: 1 }, target_uuid: 'b', session: null })
    expect(await messagesOf(answer)).toStrictEqual([])
    expect(bus.mailboxes.sizeOf('b').count).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  describe('with the last message it got', () => {
    const polling = () => {
      const { bus } = busFixture()
      const session = fakeSession({ streamOpen: false })
      const client = bus.register(registration('b'), session).client
      const { context } = fakeCall(bus, session)
      const poll = async (more: object = {}) => {
        const { structuredContent } = await receiveMessagesTool.call({ client_uuid: 'b', ...more }, context)
        return asSent(structuredContent).messages
      }
      const send = (payload: JsonObject) => bus.send({ payload, target_uuid: 'b', session: null })
      return { bus, client, poll, send }
    }
    const numbers = (messages: readonly MessageData[]) => messages.map(({ payload }) => payload.n)

    it('is handed again what an answer that did not arrive held, before what came after, under the same ids', async () => {
      const { poll, send } = polling()
      for (const n of [1, 2, 3]) send({ n })
      const lost = await poll({ after: '', max: 2 })
      send({ n: 4 })
      const again = await poll({ after: '' })
      expect(numbers(again)).toStrictEqual([1, 2, 3, 4])
      expect(again.slice(0, 2)).toStrictEqual(lost)
      expect(await poll({ after: again.at(-1)?.message_id })).toStrictEqual([])
    })

    it('is not handed again a job that it has reported on', async () => {
      const { bus, poll, send } = polling()
      for (const job_id of ['reported', 'silent']) send({ message_type: 'job_dispatch', job_id, script: '' })
      await poll({ after: '' })
      bus.jobUpdate({ job_id: 'reported', status: 'running', result: '', error: '' }, null)
      const jobs = (await poll({ after: '' })).filter(
        ({ payload }) => payload.message_type === 'job_dispatch',
      )
      expect(jobs.map(({ job_id }) => job_id)).toStrictEqual(['silent'])
    })

    it('is remembered for one answer, and for nobody who does not say it or has left', async () => {
      const { bus, poll, send } = polling()
      send({ n: 1 })
      await poll({ after: '' })
      expect(await poll()).toStrictEqual([])
      expect(await poll({ after: '' })).toStrictEqual([])
      send({ n: 2 })
      await poll({ after: '' })
      bus.unregister('b')
      bus.register(registration('b'), null)
      expect(await poll({ after: '' })).toStrictEqual([])
    })
  })

  it('is not woken by a message for somebody else', async () => {
    const { bus, answer } = receiving()
    bus.register(registration('c'), null)
    bus.send({ payload: { n: 1 }, target_uuid: 'c', session: null })
    expect(bus.events.listenerCount('message')).toBe(1)
    bus.send({ payload: { n: 2 }, target_uuid: 'b', session: null })
    expect((await messagesOf(answer)).map(({ payload }) => payload)).toStrictEqual([{ n: 2 }])
  })
})
