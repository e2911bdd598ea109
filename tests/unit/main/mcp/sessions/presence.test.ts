import { describe, expect, it } from 'vitest'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession } from '../fake-session.ts'

function presenceFixture() {
  const { bus, time } = busFixture()
  const presence = createPresence(() => time.nowMs)
  const session = fakeSession({ lastRequestAtMs: time.nowMs })
  const { client } = bus.register(registration('b', { is_persistent: true }), session)
  return { bus, time, presence, session, client }
}

describe('presence', () => {
  it('is live until 45 seconds of silence have passed, then stale, then live again', () => {
    const { bus, time, presence, client } = presenceFixture()
    time.nowMs += 45_000
    expect(presence.contact(client)).toBe('live')
    time.nowMs += 1
    expect(presence.contact(client)).toBe('stale')
    expect(presence.isReachable(client)).toBe(false)
    bus.touch('b')
    expect(presence.contact(client)).toBe('live')
    expect(presence.isReachable(client)).toBe(true)
  })

  it('is gone without a session', () => {
    const { bus, presence, session, client } = presenceFixture()
    bus.endSession(session)
    expect(presence.contact(client)).toBe('away')
  })

  it('is gone when its stream has closed, until it makes a request or opens another', () => {
    const { time, presence, session, client } = presenceFixture()
    session.streamOpen = false
    time.nowMs += 1000
    presence.streamClosed(session)
    expect(presence.contact(client)).toBe('away')
    // Its last request may have come in the very millisecond: that is no sign of life after the end.
    session.lastRequestAtMs = time.nowMs
    expect(presence.contact(client)).toBe('away')
    session.lastRequestAtMs = time.nowMs + 1
    expect(presence.contact(client)).toBe('live')
    session.lastRequestAtMs = 0
    session.streamOpen = true
    expect(presence.contact(client)).toBe('live')
  })

  it('judges a client that never had a stream by its requests', () => {
    const { time, presence, session, client } = presenceFixture()
    session.streamOpen = false
    expect(presence.contact(client)).toBe('live')
    time.nowMs += 45_001
    expect(presence.contact(client)).toBe('stale')
  })
})
