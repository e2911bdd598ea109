import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PanelTrouble } from '../../../src/shared/troubles.ts'
import { startApp, type AppFixture, type PanelApi } from './app-fixture.ts'
import { Inbox } from './inbox.ts'

let app: AppFixture
let operator: PanelApi
let named: Inbox<PanelTrouble[]>
beforeEach(async () => {
  app = await startApp()
  operator = await app.operator()
  named = new Inbox('programs in trouble')
  void follow()
})
afterEach(() => app.stop())

async function follow(): Promise<void> {
  try {
    for await (const list of await operator.troubles.watch({ watchId: 'troubles' })) {
      named.put(list)
      await operator.feed.ack({ watchId: 'troubles' })
    }
  } catch {
    // The test is over.
  }
}

it('names a program that sends the same failing call, and pauses it with its token', async () => {
  const program = await app.raw('claude-code')
  const fail = () => program.call('blender_execute_code', { code: 'x', target: 'nobody' })
  for (let times = 0; times < 5; times += 1) expect(await fail()).toMatchObject({ status: 'no_target' })
  const [trouble] = await named.next((list) => list.length === 1)
  expect(trouble).toStrictEqual({
    userId: 'local',
    program: expect.stringMatching(/^llm-claude-code-[0-9a-f]{6}-$/) as string,
    name: 'Claude Code',
    kind: 'repeats',
    tool: 'blender_execute_code',
    count: 5,
    lastAt: expect.any(Number) as number,
  })
  const ref = { userId: 'local', program: trouble?.program ?? '' }
  expect(await operator.troubles.pause(ref)).toStrictEqual({ paused: true })
  await named.next((list) => list.length === 0)
  expect(await fail()).toMatchObject({
    status: 'error',
    error: 'paused',
    message: expect.stringMatching(/^Claude Code is paused by the operator since /) as string,
  })
  // What is refused because of the pause is no trouble of its own.
  expect(await operator.troubles.dismiss(ref)).toStrictEqual({ dismissed: false })
})

it('names a program that sends more requests than are taken', async () => {
  await app.stopAlone()
  // One second that does not end.
  await app.startAgain({
    limits: { mcp: { maxRequestsPerSecond: 3 } },
    clocks: { wall: Date.now, steady: () => 1_700_000_000_000 },
  })
  operator = await app.operator()
  void follow()
  const program = await app.raw('opencode')
  const ping = (id: number) => program.post({ jsonrpc: '2.0', id, method: 'ping' })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => ping(100 + at)))
  const refused = answers.filter(({ status }) => status === 429).length
  expect(refused).toBeGreaterThan(0)
  const [trouble] = await named.next((list) => list[0]?.count === refused)
  expect(trouble).toMatchObject({ name: 'OpenCode', kind: 'floods', tool: '', count: refused })
})
