import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import { jobUpdateTool, receiveMessagesTool } from '../../../../src/main/mcp/tools/messaging.ts'
import { busFixture, registration } from '../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from './fake-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('blender_job_update', () => {
  it("[R-510] refuses a job of another user's bus", async () => {
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
      status: 'error',
      error: 'cross_user_job_update',
      message: 'Job "job-1" belongs to another user\'s bus. Report it with the token it was sent under.',
    }
    expect(await jobUpdateTool.call({ job_id: 'job-1', status: 'completed' }, context)).toStrictEqual({
      content: [{ type: 'text', text: JSON.stringify(structured) }],
      structuredContent: structured,
      isError: true,
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
    ((await answer).structuredContent as { messages: { payload: object }[] }).messages

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

  it('is not woken by a message for somebody else', async () => {
    const { bus, answer } = receiving()
    bus.register(registration('c'), null)
    bus.send({ payload: { n: 1 }, target_uuid: 'c', session: null })
    expect(bus.events.listenerCount('message')).toBe(1)
    bus.send({ payload: { n: 2 }, target_uuid: 'b', session: null })
    expect((await messagesOf(answer)).map(({ payload }) => payload)).toStrictEqual([{ n: 2 }])
  })
})
