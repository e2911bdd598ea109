import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registration } from '../bus/bus-fixture.ts'
import { fakeSession } from '../mcp/fake-session.ts'
import { panelFixture } from './panel-fixture.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const ref = (uuid: string) => ({ userId: 'local', uuid })
const job = (job_id: string, more: object = {}) => ({
  message_type: 'command_dispatch',
  job_id,
  command: `command of ${job_id}`,
  ...more,
})

describe('a row', () => {
  it('shows the record and what is known besides, and nothing of the session', () => {
    const { bus, roster } = panelFixture()
    const session = fakeSession({
      remoteAddress: '10.0.0.7',
      clientInfo: { name: 'busbar-addon', version: '0.1.0', title: 'Blender' },
    })
    bus.register(registration('b', { is_persistent: true, metadata: { label: 'Shot 010' } }), session)
    const row = roster.row(ref('b'))
    expect(row).toStrictEqual({
      key: 'local\u001fb',
      userId: 'local',
      record: {
        uuid: 'b',
        client_type: 'blender',
        is_persistent: true,
        capabilities: [],
        group_id: null,
        connected_at: 1_700_000_000.5,
        last_seen: 1_700_000_000.5,
        label: 'Shot 010',
      },
      state: 'live',
      address: '10.0.0.7',
      program: { name: 'busbar-addon', title: 'Blender', version: '0.1.0' },
      protocolVersion: '2025-11-25',
      queued: 0,
      sent: 0,
      received: 0,
      dropped: 0,
      job: null,
      jobsWaiting: 0,
      workingOn: null,
      target: null,
    })
    expect(JSON.stringify(row)).not.toContain('secret-session-id')
  })

  it('counts messages, and shows the job in hand with those behind it', () => {
    const { bus, roster } = panelFixture()
    const blender = fakeSession()
    const llm = fakeSession()
    bus.register(registration('b'), blender)
    bus.register(registration('l', { client_type: 'llm' }), llm)
    for (const id of ['j1', 'j2', 'j3']) {
      bus.send({ payload: job(id), target_uuid: 'b', session: llm })
    }
    bus.jobUpdate(
      { job_id: 'j2', status: 'running', result: '', error: '', progress: 0.5, progress_message: 'half' },
      blender,
    )
    const brief = {
      jobId: 'j2',
      title: 'command of j2',
      state: 'running',
      progress: 0.5,
      progressMessage: 'half',
      createdAt: 1_700_000_000.5,
      fromUuid: 'l',
      targetUuids: ['b'],
    }
    expect(roster.row(ref('b'))).toMatchObject({ state: 'busy', queued: 3, job: brief, jobsWaiting: 2 })
    expect(roster.row(ref('l'))).toMatchObject({
      state: 'busy',
      sent: 3,
      queued: 1,
      job: null,
      workingOn: { jobId: 'j3', state: 'pending' },
    })
    for (const job_id of ['j1', 'j2', 'j3']) {
      bus.jobUpdate({ job_id, status: 'completed', result: '', error: '' }, blender)
    }
    expect(roster.row(ref('b'))).toMatchObject({ state: 'live', job: null, jobsWaiting: 0 })
    expect(roster.row(ref('l'))).toMatchObject({ state: 'live', workingOn: null })
  })

  it('says how its client is from what was heard of it', () => {
    const { bus, time, presence, roster } = panelFixture()
    const session = fakeSession({ lastRequestAtMs: time.nowMs })
    bus.register(registration('b', { is_persistent: true }), session)
    const state = () => roster.row(ref('b'))?.state
    expect(state()).toBe('live')
    time.nowMs += 45_001
    expect(state()).toBe('stale')
    bus.touch('b')
    expect(state()).toBe('live')
    session.streamOpen = false
    presence.streamClosed(session)
    expect(state()).toBe('away')
    bus.endSession(session)
    expect(state()).toBe('away')
    expect(roster.row(ref('b'))).toMatchObject({
      address: null,
      program: null,
      protocolVersion: null,
    })
  })

  it('is one for each client of each user', () => {
    const { buses, bus, roster } = panelFixture()
    bus.register(registration('b'), null)
    buses.busOf('alice').register(registration('b'), null)
    expect(roster.rows().map(({ key }) => key)).toStrictEqual(['local\u001fb', 'alice\u001fb'])
    expect(roster.row({ userId: 'alice', uuid: 'b' })?.userId).toBe('alice')
    expect(roster.row({ userId: 'bob', uuid: 'b' })).toBeNull()
    expect(roster.row(ref('nobody'))).toBeNull()
  })
})

describe("the roster's events", () => {
  it('name each client whose row may have changed', () => {
    const { bus, roster } = panelFixture()
    const heard: string[] = []
    roster.events.on('changed', ({ uuid }) => heard.push(`changed ${uuid}`))
    roster.events.on('left', ({ uuid }) => heard.push(`left ${uuid}`))
    const since = (act: () => unknown) => {
      heard.length = 0
      act()
      return [...new Set(heard)]
    }
    const session = fakeSession()
    expect(since(() => bus.register(registration('a'), session))).toStrictEqual(['changed a'])
    expect(since(() => bus.register(registration('b', { is_persistent: true }), session))).toStrictEqual([
      'changed b',
    ])
    expect(since(() => bus.touch('a'))).toStrictEqual(['changed a'])
    expect(since(() => bus.send({ payload: {}, target_uuid: 'b', from_uuid: 'a', session }))).toStrictEqual([
      'changed a',
      'changed b',
    ])
    expect(since(() => roster.sessionChanged(session))).toStrictEqual(['changed a', 'changed b'])
    expect(since(() => bus.endSession(session))).toStrictEqual(['left a', 'changed b'])
    // The message that still waited for it is dropped first, which would change its row.
    expect(since(() => bus.unregister('b'))).toStrictEqual(['changed b', 'left b'])
  })

  it('tell once when a client falls silent, though nothing happens', () => {
    const { bus, time, pictures, roster } = panelFixture()
    pictures.close()
    const heard: string[] = []
    bus.register(registration('b'), fakeSession())
    roster.rows()
    roster.events.on('changed', ({ uuid }) => {
      heard.push(uuid)
      roster.row(ref(uuid))
    })
    vi.advanceTimersByTime(10_000)
    expect(heard).toStrictEqual([])
    time.nowMs += 45_001
    vi.advanceTimersByTime(10_000)
    expect(heard).toStrictEqual(['b'])
    roster.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
