import { expect, it } from 'vitest'
import { callOf, createRepeatedFailures } from '../../../../../src/main/mcp/calls/repeated-failures.ts'
import { fakeSession } from '../fake-session.ts'

const told = (times: number) =>
  `This call has failed ${String(times)} times in a row; it will not get better by sending it again. ` +
  'Change it, or ask your user.'

it('tells from the third failure in a row on, also where others come in between', () => {
  const failures = createRepeatedFailures()
  const session = fakeSession()
  const fail = (call: string) => failures.note(session, call, true).hint
  expect([fail('a'), fail('b'), fail('a'), fail('a'), fail('b'), fail('a')]).toStrictEqual([
    null,
    null,
    null,
    told(3),
    null,
    told(4),
  ])
})

it('counts anew after a call that did well, and each session by itself', () => {
  const failures = createRepeatedFailures()
  const [session, other] = [fakeSession(), fakeSession()]
  const note = (failed: boolean, of = session) => failures.note(of, 'a', failed).hint
  expect([note(true), note(true), note(false), note(true), note(true), note(true, other)]).toStrictEqual(
    Array(6).fill(null),
  )
  expect([note(true), note(true, other), note(true, other)]).toStrictEqual([told(3), null, told(3)])
})

it('forgets the call that failed longest ago where more than 20 fail', () => {
  const failures = createRepeatedFailures()
  const session = fakeSession()
  const calls = Array.from({ length: 21 }, (_, n) => String(n))
  for (const call of [...calls, ...calls]) failures.note(session, call, true)
  expect(calls.map((call) => failures.note(session, call, true).hint)).toStrictEqual(Array(21).fill(null))
})

it('is the same call in any order of its arguments, under whatever key and title, and with whatever patience', () => {
  const plain = callOf({ code: 'x', target: 'b' })
  expect([
    callOf({ target: 'b', code: 'x' }),
    callOf({ code: 'x', target: 'b', job_id: '1', description: 'Again', timeout_seconds: 9 }),
  ]).toStrictEqual([plain, plain])
  expect([
    callOf({ code: 'y', target: 'b' }),
    callOf({ code: 'x' }),
    callOf({ code: 'x', target: 'c' }),
  ]).not.toContain(plain)
})

it('says that a call did well after failures that its model was told of', () => {
  const failures = createRepeatedFailures()
  const session = fakeSession()
  const note = (failed: boolean) => failures.note(session, 'a', failed)
  expect([note(true), note(true), note(false)]).toStrictEqual([
    { failures: 1, hint: null, recovered: false },
    { failures: 2, hint: null, recovered: false },
    { failures: 0, hint: null, recovered: false },
  ])
  expect([note(true), note(true), note(true), note(false), note(false)].slice(2)).toStrictEqual([
    { failures: 3, hint: told(3), recovered: false },
    { failures: 0, hint: null, recovered: true },
    { failures: 0, hint: null, recovered: false },
  ])
})
