import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAcks, pacedWatch, type Source } from '../../../../src/main/panel/paced-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** News as a list of words, handed over all at once. */
function wordSource() {
  let news: string[] = []
  const listeners = new Set<() => void>()
  const source: Source<string> = {
    take() {
      if (news.length === 0) return null
      const taken = news.join(' ')
      news = []
      return taken
    },
    onNews(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const say = (word: string): void => {
    news.push(word)
    for (const listener of listeners) listener()
  }
  return { source, say, listeners }
}

function watchFixture() {
  const { source, say, listeners } = wordSource()
  const acks = createAcks()
  const control = new AbortController()
  const watch = pacedWatch(source, { acks, watchId: 'w', intervalMs: 50, signal: control.signal })
  const events: string[] = []
  const read = (async () => {
    for await (const event of watch) events.push(event)
  })()
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { say, listeners, acks, control, events, read, pass }
}

describe('a paced watch', () => {
  it('gives the first event at once', async () => {
    const { say, events, pass } = watchFixture()
    say('one')
    await pass(0)
    expect(events).toStrictEqual(['one'])
  })

  it('gathers what happens within the interval into one event', async () => {
    const { say, acks, events, pass } = watchFixture()
    say('one')
    await pass(0)
    acks.ack('w')
    say('two')
    await pass(20)
    say('three')
    await pass(29)
    expect(events).toStrictEqual(['one'])
    await pass(1)
    expect(events).toStrictEqual(['one', 'two three'])
  })

  it('gives a reader that does not acknowledge nothing, and then one larger event', async () => {
    const { say, acks, events, pass } = watchFixture()
    say('0')
    await pass(0)
    for (let n = 1; n <= 100; n += 1) {
      say(String(n))
      await pass(100)
    }
    expect(events).toStrictEqual(['0'])
    acks.ack('w')
    await pass(0)
    expect(events).toStrictEqual(['0', Array.from({ length: 100 }, (_, n) => String(n + 1)).join(' ')])
  })

  it('takes the acknowledgement of its own id only', async () => {
    const { say, acks, events, pass } = watchFixture()
    say('one')
    await pass(0)
    say('two')
    acks.ack('another')
    await pass(1000)
    expect(events).toStrictEqual(['one'])
  })

  it('sleeps without a timer while there is no news', async () => {
    const { say, acks, pass } = watchFixture()
    say('one')
    await pass(0)
    acks.ack('w')
    await pass(50)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends with its signal, whatever it waits for, and stops listening', async () => {
    const idle = watchFixture()
    idle.control.abort()
    await idle.read
    expect(idle.listeners.size).toBe(0)

    const unacknowledged = watchFixture()
    unacknowledged.say('one')
    await unacknowledged.pass(0)
    unacknowledged.control.abort()
    await unacknowledged.read
    expect(unacknowledged.events).toStrictEqual(['one'])
    expect(unacknowledged.listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('acknowledgements', () => {
  it('of an unknown id are ignored', () => {
    expect(() => createAcks().ack('nobody')).not.toThrow()
  })

  it('let a watch go whose id another one takes', async () => {
    const acks = createAcks()
    const signal = new AbortController().signal
    const released: string[] = []
    const first = acks.next('w', signal).then(() => released.push('first'))
    const second = acks.next('w', signal).then(() => released.push('second'))
    await first
    expect(released).toStrictEqual(['first'])
    acks.ack('w')
    await second
    expect(released).toStrictEqual(['first', 'second'])
  })
})
