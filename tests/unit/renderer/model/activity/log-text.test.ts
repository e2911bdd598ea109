import { describe, expect, it } from 'vitest'
import { niceTop, rateText, seriesPath } from '../../../../../src/renderer/model/activity/chart-lines.ts'
import {
  groupsOf,
  kindsOf,
  outcomeText,
  tookText,
} from '../../../../../src/renderer/model/activity/log-text.ts'
import { messageEntry } from '../../fakes/log-entries.ts'

describe('what became of a message', () => {
  const of = (change: object, endedBefore = false) => {
    const { message } = messageEntry(1, change)
    return message === null ? null : outcomeText(message, endedBefore)
  }
  it.each([
    [{ sent: 1 }, false, { text: 'sent', tone: 'plain' }],
    [{}, false, { text: 'queued', tone: 'warn' }],
    [{}, true, { text: 'never sent', tone: 'bad' }],
    [{ targetCount: 0, targets: [] }, false, { text: 'nobody there', tone: 'notice' }],
    [{ targetCount: 3, sent: 3 }, false, { text: '3 sent', tone: 'plain' }],
    [
      { targetCount: 4, sent: 1, filtered: 1, dropped: 1 },
      false,
      { text: '1 sent, 1 queued, 1 filtered, 1 dropped', tone: 'bad' },
    ],
  ])('of %j is said in words', (change, endedBefore, said) => {
    expect(of(change, endedBefore)).toStrictEqual(said)
  })
})

it('groups of kinds stand for their kinds and back; none and all let everything through', () => {
  expect([
    kindsOf([]),
    kindsOf(['clients', 'messages', 'jobs', 'sessions', 'access', 'server']),
  ]).toStrictEqual([undefined, undefined])
  expect(kindsOf(['jobs'])).toStrictEqual([
    'job_late',
    'job_completed',
    'job_failed',
    'job_cancelled',
    'job_interrupted',
  ])
  expect(groupsOf(kindsOf(['jobs', 'messages']))).toStrictEqual(['messages', 'jobs'])
  expect(groupsOf(undefined)).toStrictEqual([])
})

it.each([
  [-1, '0 ms'],
  [0.0124, '12 ms'],
  [1.26, '1.3 s'],
  [75, '1 min 15 s'],
])('a job of %d s took %s', (seconds, text) => expect(tookText(seconds)).toBe(text))

describe('a chart', () => {
  it.each([
    [0, 1],
    [Number.NaN, 1],
    [0.3, 0.5],
    [7, 10],
    [41, 50],
    [100, 100],
  ])('with %d as its highest ends at %d', (highest, top) => expect(niceTop(highest)).toBeCloseTo(top))

  it('leaves a gap where nothing is known, and shows a value that stands alone', () => {
    expect(seriesPath([0, 10, null, 5, null], 10)).toBe('M0.0 47.0L75.0 2.0M225.0 24.5h37.5')
    expect(seriesPath([], 1)).toBe('')
  })

  it.each([
    [0, '0'],
    [1, '1'],
    [0.25, '0.3'],
    [41.4, '41'],
    [1234, '1,234'],
  ])('reads %d as %s', (rate, text) => expect(rateText(rate)).toBe(text))
})
