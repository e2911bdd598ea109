import { expect, it } from 'vitest'
import {
  agoPhrase,
  agoText,
  durationText,
  elapsedText,
  silentText,
  sizeText,
} from '../../../../src/renderer/lib/time-text.ts'

it('says how long ago in one unit', () => {
  expect([-30, 0, 0.9, 1, 59.9, 60, 3_599, 3_600, 86_399, 86_400, 900_000, NaN].map(agoText)).toEqual([
    'now',
    'now',
    'now',
    '1 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '23 h',
    '1 d',
    '10 d',
    'now',
  ])
})

it('says of a time ahead of the clock by how much, where that is no jitter', () => {
  expect([-59, -60, -7_300, -90_000].map(agoText)).toEqual(['now', '1 min ahead', '2 h ahead', '1 d ahead'])
  expect([0, 12, -7_300].map(agoPhrase)).toEqual(['just now', '12 s ago', '2 h ahead'])
  expect([185, -1, -7_300].map(elapsedText)).toEqual(['3 min 5 s', '0 s', '2 h ahead'])
  expect([50, 0, -7_300].map(silentText)).toEqual(['no sign for 50 s', 'no sign lately', 'no sign lately'])
})

it('says how long in two units', () => {
  expect([-1, 14.9, 60, 185, 11_520, 187_200, 86_400].map(durationText)).toEqual([
    '0 s',
    '14 s',
    '1 min',
    '3 min 5 s',
    '3 h 12 min',
    '2 d 4 h',
    '1 d',
  ])
})

it('says sizes in binary units', () => {
  expect([0, 812, 3_482, 2_097_152].map(sizeText)).toEqual(['0 B', '812 B', '3.4 KiB', '2.0 MiB'])
})
