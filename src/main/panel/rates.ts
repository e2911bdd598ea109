import { rateWindows, type Rates, type RateWindow } from '../../shared/rates.ts'
import { isTerminal } from '../../shared/protocol.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { Job } from '../bus/jobs.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import { binOf, histogramBins, quantile, type Histogram } from './duration-histogram.ts'

/** How much passed on the buses lately. A bus takes some 120 KiB, whatever passes. */
export interface RateCounters {
  /** Of one user's bus, or of all together. Full steps only. */
  read(window: RateWindow, userId?: string): Rates
}

interface Step {
  /** Which step since 1970 it holds; another one means that it is out of date. */
  number: number
  messages: number
  started: number
  ended: number
  failed: number
  times: Histogram
}

type Rings = Readonly<Record<RateWindow, (Step | undefined)[]>>

const windows = Object.keys(rateWindows) as RateWindow[]

/** @param clock Unix milliseconds; a jump of it empties what lies outside of the window. */
export function createRateCounters(buses: BusManager, clock: () => number): RateCounters {
  const books = new Map<string, Rings>()

  const attach = (bus: UserMessageBus): void => {
    const rings: Rings = { minute: [], quarter: [] }
    books.set(bus.user_id, rings)
    const known = new WeakSet<Job>()
    const ended = new WeakSet<Job>()
    const note = (change: (step: Step) => void): void => {
      for (const window of windows) change(stepAt(rings[window], window, clock()))
    }
    bus.events.on('settled', (_, { message, outcome }) => {
      // What the panel itself looks at is not what happens on the bus.
      if (outcome === 'sent' && message.purpose === 'work') note((step) => (step.messages += 1))
    })
    bus.events.on('job', (job) => {
      if (!known.has(job)) {
        known.add(job)
        note((step) => (step.started += 1))
      }
      if (!isTerminal(job.state) || ended.has(job)) return
      ended.add(job)
      const bin = binOf(job.updated_at - job.created_at)
      note((step) => {
        step.ended += 1
        if (job.state === 'failed') step.failed += 1
        step.times[bin] = (step.times[bin] ?? 0) + 1
      })
    })
  }
  buses.follow(attach)

  return {
    read(window, userId) {
      const { stepSeconds, steps } = rateWindows[window]
      const current = numberOf(window, clock())
      const all =
        userId === undefined ? [...books.values()] : [books.get(userId)].filter((each) => each !== undefined)
      const numbers = Array.from({ length: steps }, (_, index) => current - steps + index)
      const found = numbers.map((number) =>
        sum(all.flatMap((rings) => stepOf(rings[window], number, steps) ?? [])),
      )
      const whole = sum(found)
      return {
        end: current * stepSeconds,
        messages: found.map(({ messages }) => messages),
        jobsStarted: found.map(({ started }) => started),
        jobsEnded: found.map(({ ended }) => ended),
        jobsFailed: found.map(({ failed }) => failed),
        jobTimes: found.map(({ times }) => shares(times)),
        overall: { ...shares(whole.times), ended: whole.ended },
      }
    },
  }
}

function numberOf(window: RateWindow, nowMs: number): number {
  return Math.floor(nowMs / 1000 / rateWindows[window].stepSeconds)
}

/** The step of that number, if anything was noted in it. */
function stepOf(ring: readonly (Step | undefined)[], number: number, steps: number): Step | undefined {
  const there = ring[number % (steps + 1)]
  return there?.number === number ? there : undefined
}

/** The step of this moment, in the place of the one that has left the window. */
function stepAt(ring: (Step | undefined)[], window: RateWindow, nowMs: number): Step {
  const number = numberOf(window, nowMs)
  // One more than the window has: the step that is not full yet.
  const slot = number % (rateWindows[window].steps + 1)
  const there = ring[slot]
  if (there?.number === number) return there
  const fresh = emptyStep(number)
  ring[slot] = fresh
  return fresh
}

function emptyStep(number: number): Step {
  return { number, messages: 0, started: 0, ended: 0, failed: 0, times: new Uint32Array(histogramBins) }
}

function sum(steps: readonly Step[]): Step {
  const total = emptyStep(0)
  for (const step of steps) {
    total.messages += step.messages
    total.started += step.started
    total.ended += step.ended
    total.failed += step.failed
    for (const [bin, count] of step.times.entries())
      if (count > 0) total.times[bin] = (total.times[bin] ?? 0) + count
  }
  return total
}

function shares(times: Histogram): { median: number | null; p95: number | null } {
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95) }
}
