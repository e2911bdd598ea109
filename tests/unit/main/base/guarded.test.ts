import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  after,
  attempt,
  createEvents,
  every,
  guarded,
  inBackground,
  logFaults,
  soon,
} from '../../../../src/main/base/guarded.ts'

const fault = new URIError('URI malformed')
const fails = (): never => {
  throw fault
}
const said = 'a fault of this program was caught; everything else goes on'

function followFaults() {
  const lines: unknown[] = []
  const note = (level: string) => (details: object, message: string) => lines.push([level, details, message])
  const unfollow = logFaults({
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  })
  return { lines, unfollow }
}

describe('while faults are logged', () => {
  let lines: unknown[] = []
  let unfollow = (): void => undefined
  beforeEach(() => {
    ;({ lines, unfollow } = followFaults())
    vi.useFakeTimers()
  })
  afterEach(() => {
    unfollow()
    vi.useRealTimers()
  })

  it('an event whose listener throws reaches the others and harms nobody who emits', () => {
    const heard: string[] = []
    const events = createEvents<{ told: [text: string] }>('news')
    events.on('told', fails)
    events.once('told', (text) => heard.push(`once ${text}`))
    events.on('told', (text) => heard.push(text))
    expect([events.emit('told', 'a'), events.emit('told', 'b')]).toStrictEqual([true, true])
    expect(heard).toStrictEqual(['once a', 'a', 'b'])
    expect(lines).toStrictEqual([
      ['error', { err: fault, place: 'news told' }, said],
      ['debug', { err: fault, place: 'news told' }, said],
    ])
  })

  it('an emitter says whether anybody was there to hear an event', () => {
    const events = createEvents<{ told: [what: string] }>('news')
    const before = events.emit('told', 'a')
    events.once('told', () => undefined)
    expect([before, events.emit('told', 'b'), events.emit('told', 'c')]).toStrictEqual([false, true, false])
  })

  it('a timer that throws at every turn goes on, and is told of as an error once', () => {
    let turns = 0
    const timer = every('look', 1000, () => {
      turns += 1
      fails()
    })
    vi.advanceTimersByTime(3000)
    clearInterval(timer)
    expect(turns).toBe(3)
    expect(lines).toStrictEqual([
      ['error', { err: fault, place: 'look' }, said],
      ['debug', { err: fault, place: 'look' }, said],
      ['debug', { err: fault, place: 'look' }, said],
    ])
  })

  it('another kind of fault at the same place is told of again', () => {
    const other = new TypeError('undefined is not a function')
    attempt('look', fails)
    attempt('look', () => {
      throw other
    })
    expect(lines).toStrictEqual([
      ['error', { err: fault, place: 'look' }, said],
      ['error', { err: other, place: 'look' }, said],
    ])
  })

  it.each([
    ['attempt', () => attempt('it', fails)],
    ['a listener of a foreign emitter', () => guarded('it', fails)()],
    ['a timer', () => void after('it', 10, fails)],
    ['what is done soon', () => void soon('it', fails)],
    ['a promise', () => inBackground('it', Promise.reject(fault))],
  ])('%s throws to nobody', async (_, run) => {
    run()
    await vi.advanceTimersByTimeAsync(10)
    expect(lines).toStrictEqual([['error', { err: fault, place: 'it' }, said]])
  })
})

it('throws faults on while nobody follows them, after all listeners have heard', () => {
  const heard: string[] = []
  const events = createEvents<{ told: [] }>('news')
  events.on('told', fails)
  events.on('told', () => heard.push('told'))
  expect(() => events.emit('told')).toThrow(fault)
  expect(heard).toStrictEqual(['told'])
  expect(() => attempt('it', fails)).toThrow(fault)
})
