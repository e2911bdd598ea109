import { expect, it } from 'vitest'
import { createEndedSessions } from '../../../../../src/main/mcp/http/ended-sessions.ts'

const caller = { user_id: 'local', token_id: 'made' }
const refusal = (message: string, reason: string) => ({ status: 404, code: -32001, message, reason })
const unknown = refusal('Session not found. Start a new session: send initialize', 'unknown_session')

it('tells why a session ended to its own token alone', () => {
  const ended = createEndedSessions()
  const answer = ended.note({ id: 's', caller }, 'a person did it.')
  expect(answer).toStrictEqual(
    refusal(
      'Session not found: a person did it. If you are meant to come back, start a new session: send initialize',
      'ended_session',
    ),
  )
  expect(ended.answer('s', { ...caller })).toStrictEqual(answer)
  expect(ended.answer('s', { ...caller, token_id: 'other' })).toStrictEqual(unknown)
  expect(ended.answer('s', { ...caller, user_id: 'eve' })).toStrictEqual(unknown)
  expect(ended.answer('t', caller)).toStrictEqual(unknown)
})

it('forgets the oldest of more than a thousand', () => {
  const ended = createEndedSessions()
  for (let number = 0; number <= 1000; number += 1) ended.note({ id: String(number), caller }, 'it had to.')
  expect([ended.answer('0', caller), ended.answer('1', caller).reason]).toStrictEqual([
    unknown,
    'ended_session',
  ])
})
