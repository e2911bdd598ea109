import { expect, it } from 'vitest'
import { createServerClock } from '../../../../src/renderer/connection/server-clock.ts'
import { createManualTimers } from '../fakes/manual-timers.ts'

it('follows the clock of the main process second by second, whatever the clock of this machine says', () => {
  const timers = createManualTimers(5_000)
  const clock = createServerClock(timers)
  expect(clock.state.getState()).toEqual({ now: null })
  clock.sync(1_000)
  expect(clock.state.getState()).toEqual({ now: 1_000 })
  timers.advance(2_000)
  expect(clock.state.getState()).toEqual({ now: 1_002 })
})

it('takes a late reading for jitter and a far one for a changed clock', () => {
  const timers = createManualTimers(0)
  const clock = createServerClock(timers)
  clock.sync(100)
  timers.advance(1_000)
  clock.sync(100.7)
  timers.advance(1_000)
  expect(clock.state.getState()).toEqual({ now: 102 })
  clock.sync(500)
  timers.advance(1_000)
  expect(clock.state.getState()).toEqual({ now: 501 })
})

it('stands still once frozen, and goes on at the next reading', () => {
  const timers = createManualTimers(0)
  const clock = createServerClock(timers)
  clock.sync(100)
  clock.freeze()
  timers.advance(60_000)
  expect(clock.state.getState()).toEqual({ now: 100 })
  clock.sync(160)
  expect(clock.state.getState()).toEqual({ now: 160 })
})
