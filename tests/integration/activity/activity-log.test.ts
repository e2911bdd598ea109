import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { activityKindSchema, type LogEntry, type LogEvent } from '../../../src/shared/activity.ts'
import type { PanelStatus } from '../../../src/shared/status.ts'
import { call, register, startApp, type AppFixture, type PanelApi } from '../wire/app-fixture.ts'

let app: AppFixture
let panel: PanelApi
beforeEach(async () => {
  app = await startApp()
  panel = await app.operator()
})
afterEach(() => app.stop())

const eventually = <Result>(check: () => Promise<Result>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 })
const list = async (query: Partial<Parameters<PanelApi['activity']['list']>[0]> = {}) =>
  (await panel.activity.list(query)).entries
const told = ({ kind, userId, client, by, text, count }: LogEntry) => [kind, userId, client, by, text, count]

describe('the activity', () => {
  it('tells who came and went, by whose order, and outlives the server', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'b', { is_persistent: true, label: 'Shot 010' })
    await panel.clients.unregister({
      clients: [{ userId: 'local', uuid: 'b' }],
      reason: 'The farm needs it.',
      blockSeconds: null,
    })
    const llm = await app.connect('llm')
    await register(llm, 'l', { client_type: 'llm' })
    await call(llm, 'blender_unregister_client', { client_uuid: 'l' })
    await llm.leave()
    await app.restart()
    panel = await app.operator()
    const lines = await eventually(async () => {
      const entries = await list({ kinds: activityKindSchema.options })
      expect(entries[0]?.kind).toBe('server_started')
      return entries.map(told).toReversed()
    })
    const program = (name: string) => `${name} 1.0 at 127.0.0.1, token local`
    expect(lines).toStrictEqual([
      ['server_started', '', '', 'server', expect.stringMatching(/^Busbar \d+\.\d+\.\d+ at http:/), 1],
      ['session_opened', 'local', '', 'client', program('blender'), 1],
      ['client_registered', 'local', 'b', 'client', 'blender, Shot 010', 1],
      ['client_unplugged', 'local', 'b', 'operator', 'The farm needs it.', 1],
      ['session_closed', 'local', '', 'client', `${program('blender')}: ended`, 1],
      ['session_opened', 'local', '', 'client', program('llm'), 1],
      ['client_registered', 'local', 'l', 'client', 'llm', 1],
      ['client_unregistered', 'local', 'l', 'client', 'The client unregistered.', 1],
      ['session_closed', 'local', '', 'client', `${program('llm')}: deleted`, 1],
      ['server_stopped', '', '', 'server', '', 1],
      ['server_started', '', '', 'server', expect.any(String), 1],
    ])
  })

  it('is paged, and watched line by line', async () => {
    const watch = await panel.activity.watch({ watchId: 'w', filter: { kinds: ['client_registered'] } })
    const seen: LogEntry[] = []
    const llm = await app.connect('llm')
    for (const uuid of ['a', 'b', 'c']) await register(llm, uuid, { client_type: 'llm' })
    while (seen.filter(({ kind }) => kind === 'client_registered').length < 3) {
      const { value } = await watch.next()
      await panel.feed.ack({ watchId: 'w' })
      const event = value as LogEvent
      seen.push(...(event.type === 'page' ? event.page.entries.toReversed() : event.entries))
    }
    await watch.return(undefined)
    const first = await panel.activity.list({ kinds: ['client_registered'], limit: 2 })
    expect(first.entries.map(({ client }) => client)).toStrictEqual(['c', 'b'])
    const before = first.next ?? 0
    expect(before).toBe(first.entries.at(-1)?.id)
    const next = await panel.activity.list({ kinds: ['client_registered'], limit: 2, before })
    expect([next.entries.map(({ client }) => client), next.next]).toStrictEqual([['a'], null])
    expect(seen.filter(({ kind }) => kind === 'client_registered')).toStrictEqual([
      ...next.entries,
      ...first.entries.toReversed(),
    ])
  })
})

describe('a history file that is damaged while the server is away', () => {
  it('is set aside, and the panel is told that history goes on', async () => {
    await app.stopAlone()
    writeFileSync(join(app.dataDir, 'history.db'), 'torn'.repeat(5000))
    await app.startAgain()
    panel = await app.operator()
    const [line] = await eventually(async () => {
      const entries = await list({ kinds: ['history_set_aside'] })
      expect(entries).toHaveLength(1)
      return entries
    })
    const aside = /history\.db\.damaged-[0-9TZ-]+/.exec(line?.text ?? '')?.[0] ?? ''
    expect(readFileSync(join(app.dataDir, aside), 'utf8')).toBe('torn'.repeat(5000))
  })
})

describe('a history file that another program holds', () => {
  it('stops nothing: the panel says so, and what happened meanwhile is written after', async () => {
    const other = new DatabaseSync(join(app.dataDir, 'history.db'))
    other.exec('BEGIN IMMEDIATE')
    const llm = await app.connect('llm')
    await register(llm, 'l', { client_type: 'llm' })
    const watch = await panel.status.watch({ watchId: 's' })
    const history = async () => {
      const { value } = await watch.next()
      await panel.feed.ack({ watchId: 's' })
      return (value as PanelStatus).history
    }
    await eventually(async () =>
      expect(await history()).toStrictEqual({
        state: 'off',
        reason: 'The history file is locked by another program.',
      }),
    )
    // The bus goes on as if nothing were.
    await call(llm, 'blender_send_message', { payload: { n: 1 }, target_uuid: 'l' })
    expect((await llm.messages.next()).data.payload).toStrictEqual({ n: 1 })
    other.exec('ROLLBACK')
    other.close()
    await eventually(async () => expect(await history()).toStrictEqual({ state: 'on', reason: '' }))
    await eventually(async () => expect(await list({ kinds: ['client_registered'] })).toHaveLength(1))
    await watch.return(undefined)
  })
})
