import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApp, type AppFixture } from '../integration/wire/app-fixture.ts'
import { openRawSession, type RawSession } from '../integration/wire/raw-session.ts'

/** What one user's programs take, whatever tokens they have, leaves the other half to everybody else. */

let app: AppFixture
const streams: { close(): void }[] = []
beforeEach(async () => {
  app = await startApp()
  await app.stopAlone()
  await app.startAgain({ limits: { mcp: { maxSessions: 6, maxStreams: 4 } } })
})
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  await app.stop()
})

const tokenOf = async (userId: string, name: string): Promise<string> => {
  const made = await (await app.operator()).tokens.create({ name, userId, scopes: ['bus', 'llm'] })
  if (made.outcome !== 'created') throw new Error(made.message)
  return made.token
}
const open = (token: string): Promise<RawSession> => openRawSession({ port: app.port, token }, 'program')

it('a user with two tokens takes half of the sessions, and evicts no idle session of another', async () => {
  const [one, two] = [await tokenOf('eve', 'one'), await tokenOf('eve', 'two')]
  const idle = await open(await tokenOf('bob', 'bob'))
  const first = await open(one)
  // Her own oldest make room for each other, and nobody else's do.
  for (const token of [one, two, one, two, one]) await open(token)
  expect((await idle.rpc('ping')).result).toStrictEqual({})
  expect((await first.rpc('ping')).error).toStrictEqual({
    code: -32001,
    message: 'Session not found. Start a new session: send initialize',
  })
})

it('a refusal says whose limit was reached', async () => {
  const [one, two] = [await tokenOf('eve', 'one'), await tokenOf('eve', 'two')]
  const sessions = [await open(one), await open(two), await open(one)]
  const answers = await Promise.all(sessions.map((session) => session.openStream()))
  streams.push(...answers)
  expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 503])
  // Two sessions with streams and one that was refused its stream: a request that waits keeps that one, too.
  void sessions[2]?.call('blender_register_client', { client_uuid: 'waits', client_type: 'llm' })
  const waiting = sessions[2]?.rpc('tools/call', {
    name: 'blender_receive_messages',
    arguments: { client_uuid: 'waits', wait_seconds: 60 },
  })
  waiting?.catch(() => undefined)
  await sessions[2]?.rpc('ping')
  await expect(open(two)).rejects.toThrow(
    'Too many sessions are open by user \\"eve\\": 3 are allowed. End one with DELETE, or try again later',
  )
  expect((await (await open(await tokenOf('bob', 'bob'))).rpc('ping')).result).toStrictEqual({})
})

it('a user’s waiting approvals leave room for another’s questions', async () => {
  const panel = await app.operator()
  await panel.approvals.policy.set({ default: 'ask', rules: [] })
  const [eve, bob] = [await open(await tokenOf('eve', 'eve')), await open(await tokenOf('bob', 'bob'))]
  for (const session of [eve, bob]) {
    await session.call('blender_register_client', { client_uuid: 'peer', client_type: 'blender' })
  }
  const work = { payload: { message_type: 'job_dispatch', script: 'pass' }, target_uuid: 'peer' }
  const outcome = (session: RawSession): Promise<unknown> =>
    Promise.race([
      session.call('blender_send_message', work).then(({ error, message }) => [error, message]),
      // Answered after the question is asked: the one that waits says nothing.
      (async () => {
        for (let n = 0; n < 3; n += 1) await session.rpc('ping')
        return 'waits'
      })(),
    ])
  const outcomes: unknown[] = []
  for (let n = 0; n < 21; n += 1) outcomes.push(await outcome(eve))
  expect(outcomes.slice(0, 20)).toStrictEqual(Array.from({ length: 20 }, () => 'waits'))
  expect(outcomes[20]).toStrictEqual([
    'too_many_approvals',
    'Too much waits for the operator already: at most 20 requests of a session may wait. Nothing was run. Wait until some are answered.',
  ])
  expect(await outcome(bob)).toBe('waits')
})
