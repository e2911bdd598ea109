import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../../src/main/base/passing-memory.ts'
import {
  createResumeStore,
  positionOf,
  type ResumeStore,
} from '../../../../../src/main/mcp/http/resume-store.ts'

const limits = {
  maxResumeEventsPerStream: 3,
  maxResumeBytesPerSession: 400,
  maxResumeBytesPerUser: 1000,
  resumeRetentionMs: 100,
}

function createStore(ledger = new MemoryLedger(Infinity)): {
  store: ResumeStore<string>
  time: { nowMs: number }
} {
  const time = { nowMs: 0 }
  return {
    store: createResumeStore<string>({
      clock: () => time.nowMs,
      limits,
      userOf: (owner) => owner.split('/', 1)[0] ?? '',
      memoryOf: createPassingMemory(ledger, 0),
    }),
    time,
  }
}

const frame = (id: string, json: string): string => `id: ${id}\nevent: message\ndata: ${json}\n\n`

describe('the resume store', () => {
  test('gives back what came after an event, to its owner only', () => {
    const { store } = createStore()
    const stream = store.open('ann')
    expect(store.append(stream, '{"a":1}')).toBe(frame('1-1', '{"a":1}'))
    expect(store.append(stream, '{"a":2}')).toBe(frame('1-2', '{"a":2}'))
    expect(positionOf(stream)).toBe('1-2')
    expect(store.find('ann', '1-0')?.frames).toEqual([frame('1-1', '{"a":1}'), frame('1-2', '{"a":2}')])
    expect(store.find('ann', '1-1')?.frames).toEqual([frame('1-2', '{"a":2}')])
    expect(store.find('ann', '1-2')?.frames).toEqual([])
    expect(store.find('ann', '1-2')?.stream).toBe(stream)
    for (const id of ['1-3', '2-0', '1', '1-', '-1-0', '1-0x', '1e1-0', '01-99999999999999999999']) {
      expect(store.find('ann', id), id).toBeNull()
    }
    expect(store.find('bob', '1-0')).toBeNull()
  })

  test('gives up a stream that its user has no memory for, and the memory with it', () => {
    const ledger = new MemoryLedger(160)
    const { store } = createStore(ledger)
    const stream = store.open('ann')
    store.append(stream, '1')
    expect([store.keeps(stream), ledger.snapshot().byKind.output]).toEqual([true, frame('1-1', '1').length])
    store.append(store.open('bob'), '1')
    store.append(stream, '2')
    expect([store.keeps(stream), store.find('ann', '1-1'), store.find('bob', '2-0')?.frames]).toEqual([
      true,
      { stream, frames: [frame('1-2', '2')] },
      [frame('2-1', '1')],
    ])
    store.append(stream, '3')
    expect([store.keeps(stream), store.find('ann', '1-1')]).toEqual([false, null])
    expect(ledger.usedBytes).toBe(frame('2-1', '1').length)
    store.forgetOwner('bob')
    expect(ledger.usedBytes).toBe(0)
  })

  test('keeps the newest events of a stream', () => {
    const { store } = createStore()
    const stream = store.open('ann')
    for (let n = 1; n <= 5; n += 1) store.append(stream, String(n))
    expect(store.find('ann', '1-0')?.frames).toEqual([
      frame('1-3', '3'),
      frame('1-4', '4'),
      frame('1-5', '5'),
    ])
  })

  test('gives up the oldest stream of a session, then of its user, and none of another user', () => {
    const { store } = createStore()
    const text = 'x'.repeat(150)
    const first = store.open('ann')
    store.append(first, text)
    const second = store.open('ann')
    store.append(second, text)
    expect([store.find('ann', '1-0'), store.find('ann', '2-0')].map((found) => found !== null)).toEqual([
      true,
      true,
    ])
    const third = store.open('ann')
    store.append(third, text)
    expect(['1-0', '2-0', '3-0'].map((id) => store.find('ann', id) !== null)).toEqual([false, true, true])
    // What was given up stays so: a stream with a hole must not look whole.
    store.append(first, 'late')
    expect(store.find('ann', '1-1')).toBeNull()
    const bobs = ['1', '2', '3', '4', '5', '6', '7'].map((number) => `bob/${number}`)
    for (const owner of bobs) store.append(store.open(owner), text)
    expect(store.find('ann', '2-0')).not.toBeNull()
    const kept = bobs.map((owner, index) => store.find(owner, `${String(index + 4)}-0`) !== null)
    expect(kept).toStrictEqual([false, false, true, true, true, true, true])
  })

  test('gives up a stream that is too large by itself, and no other', () => {
    const { store } = createStore()
    store.append(store.open('ann'), 'small')
    store.append(store.open('ann'), 'x'.repeat(500))
    expect(store.find('ann', '1-0')?.frames).toEqual([frame('1-1', 'small')])
    expect(store.find('ann', '2-0')).toBeNull()
  })

  test('forgets finished streams after a while, and running ones never', () => {
    const { store, time } = createStore()
    const done = store.open('ann')
    store.append(done, 'done')
    store.finish(done)
    const running = store.open('ann')
    time.nowMs = 99
    store.sweep()
    expect(store.find('ann', '1-0')?.frames).toEqual([frame('1-1', 'done')])
    time.nowMs = 100
    store.sweep()
    expect(store.find('ann', '1-0')).toBeNull()
    expect(store.find('ann', '2-0')?.stream).toBe(running)
    store.forgetOwner('ann')
    expect([store.find('ann', '2-0'), store.bytes]).toEqual([null, 0])
  })

  test('stays within its bounds, whatever happens', () => {
    const step = fc.record({
      owner: fc.constantFrom('ann', 'bob', 'cem'),
      stream: fc.nat(5),
      size: fc.nat(600),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { store } = createStore()
        const streams = new Map<string, ReturnType<typeof store.open>>()
        for (const { owner, stream: index, size } of steps) {
          const stream = streams.get(`${owner}${String(index)}`) ?? store.open(owner)
          streams.set(`${owner}${String(index)}`, stream)
          store.append(stream, 'x'.repeat(size))
          if (size > 500) store.finish(stream)
          let bytes = 0
          for (const one of streams.values())
            bytes += one.events.reduce((sum, { frame: text }) => sum + text.length, 0)
          expect(store.bytes).toBe(bytes)
          expect(bytes).toBeLessThanOrEqual(3 * 400)
        }
        for (const owner of ['ann', 'bob', 'cem']) store.forgetOwner(owner)
        expect(store.bytes).toBe(0)
      }),
    )
  })
})
