import { describe, expect, it } from 'vitest'
import { binOf, histogramBins, quantile } from '../../../../src/main/panel/duration-histogram.ts'
import { createRateCounters } from '../../../../src/main/panel/rates.ts'
import { registration } from '../bus/bus-fixture.ts'
import { panelFixture } from './panel-fixture.ts'

function ratesFixture() {
  const { buses, bus, time, clock } = panelFixture()
  const rates = createRateCounters(buses, clock)
  const { client } = bus.register(registration('b'), {})
  let ids = 0
  /** Sends a job and hands it over; `end` is how it ends and after how many milliseconds. */
  const job = (end?: { status: 'completed' | 'failed'; afterMs: number }) => {
    const job_id = `job-${(ids += 1)}`
    bus.send({
      payload: { message_type: 'job_dispatch', job_id, script: '' },
      target_uuid: 'b',
      session: null,
    })
    bus.mailboxes.settle(client, 'sent')
    if (end === undefined) return
    time.nowMs += end.afterMs
    const update = { job_id, status: end.status, result: '', error: '' }
    bus.jobUpdate(update, null)
    bus.jobUpdate(update, null)
  }
  return { buses, time, rates, job }
}
/** What is not zero, by its distance from the end. */
const marks = (values: readonly number[]) =>
  Object.fromEntries(values.flatMap((value, index) => (value === 0 ? [] : [[index - values.length, value]])))

describe('the rates', () => {
  it('count each full second of the last minute', () => {
    const { time, rates, job } = ratesFixture()
    job()
    job({ status: 'completed', afterMs: 0 })
    time.nowMs += 2000
    job({ status: 'failed', afterMs: 0 })
    time.nowMs += 1000
    const read = rates.read('minute')
    expect([marks(read.messages), marks(read.jobsStarted)]).toStrictEqual([
      { '-3': 2, '-1': 1 },
      { '-3': 2, '-1': 1 },
    ])
    expect([marks(read.jobsEnded), marks(read.jobsFailed)]).toStrictEqual([{ '-3': 1, '-1': 1 }, { '-1': 1 }])
    expect([read.end, read.messages.length]).toStrictEqual([Math.floor(time.nowMs / 1000), 60])
    time.nowMs += 60_000
    expect(marks(rates.read('minute').messages)).toStrictEqual({})
  })

  it('count a quarter of an hour in steps of 10 seconds, and keep no more', () => {
    const { time, rates, job } = ratesFixture()
    time.nowMs = 1_700_000_000_000
    for (let n = 0; n < 200; n += 1) {
      job()
      time.nowMs += 10_000
    }
    const { messages } = rates.read('quarter')
    expect([messages.length, new Set(messages)]).toStrictEqual([90, new Set([1])])
    time.nowMs += 900_000
    expect(marks(rates.read('quarter').messages)).toStrictEqual({})
  })

  it('say how long jobs took: half of them, and 95 of 100', () => {
    const { time, rates, job } = ratesFixture()
    for (let n = 0; n < 18; n += 1) job({ status: 'completed', afterMs: 100 })
    for (let n = 0; n < 2; n += 1) job({ status: 'completed', afterMs: 8000 })
    time.nowMs += 10_000
    const { overall, jobTimes } = rates.read('quarter')
    expect(overall.ended).toBe(20)
    expect(overall.median ?? 0).toBeGreaterThan(0.1 * 0.94)
    expect(overall.median ?? 0).toBeLessThan(0.1 * 1.06)
    expect(overall.p95 ?? 0).toBeGreaterThan(8 * 0.94)
    expect(overall.p95 ?? 0).toBeLessThan(8 * 1.06)
    expect(jobTimes[0]).toStrictEqual({ median: null, p95: null })
  })

  it('are those of one bus, or of all', () => {
    const { buses, time, rates, job } = ratesFixture()
    buses.busOf('eve')
    job()
    time.nowMs += 1000
    expect(marks(rates.read('minute', 'eve').jobsStarted)).toStrictEqual({})
    expect(marks(rates.read('minute', 'nobody').jobsStarted)).toStrictEqual({})
    expect(marks(rates.read('minute', 'local').jobsStarted)).toStrictEqual({ '-1': 1 })
    expect(marks(rates.read('minute').jobsStarted)).toStrictEqual({ '-1': 1 })
  })

  it('let a clock that jumps empty them, and go on', () => {
    const { time, rates, job } = ratesFixture()
    job()
    time.nowMs -= 3_600_000
    expect(marks(rates.read('minute').messages)).toStrictEqual({})
    job()
    time.nowMs += 1000
    expect(marks(rates.read('minute').messages)).toStrictEqual({ '-1': 1 })
  })
})

describe('the histogram of durations', () => {
  it('takes whatever comes', () => {
    expect([Number.NaN, -5, 0, 0.001].map(binOf)).toStrictEqual([0, 0, 0, 0])
    expect([1e9, Infinity].map(binOf)).toStrictEqual([histogramBins - 1, histogramBins - 1])
    expect(quantile(new Uint32Array(histogramBins), 0.5)).toBeNull()
  })
})
