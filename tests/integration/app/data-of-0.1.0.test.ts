import { chmod, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createApp } from '../../../src/main/app/app.ts'
import { createBrowserPanel } from '../../../src/main/headless/browser-panel.ts'
import type { Log } from '../../../src/main/base/log.ts'
import type { PanelApi } from '../wire/app-fixture.ts'
import { openRawSession } from '../wire/raw-session.ts'

/**
 * A data directory as version 0.1.0 left it. Its secrets were made for this test. It is never written anew: where a
 * change can't read it, the change has to bring what is stored along.
 */
const fixture = join(import.meta.dirname, '../../fixtures/data-0.1.0')
const localToken = 'fixture-local-token-0123456789abcdefghijklmnop'
const panelKey = 'DORklqDXoyDcFPKm_pjIEKPIA36VARcxSvf5GelQnAE'
const madeToken = 'bbt_lYek4TeHKcfqmo5yVLFX86sbaOdMfdITmrBWg9ZvPOk'

let dataDir: string
let port: number
let panel: PanelApi
let close: () => Promise<void>
const problems: unknown[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-data-'))
  await cp(fixture, dataDir, { recursive: true })
  // Git keeps no modes.
  for (const name of await readdir(dataDir)) await chmod(join(dataDir, name), 0o600)
  problems.length = 0
  const nothing = () => undefined
  const note = (details: object, message: string) => void problems.push([message, details])
  const log: Log = { debug: nothing, info: nothing, warn: note, error: note }
  const app = createApp({ dataDir, port: 0, browserPanel: createBrowserPanel(dataDir), env: {}, log })
  const listening = await app.start()
  port = listening.port
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${panelKey}`,
  ])
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  panel = createORPCClient<PanelApi>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
  close = async () => {
    socket.close()
    await app.stop()
  }
})
afterEach(async () => {
  await close()
  await rm(dataDir, { recursive: true, force: true })
})

describe('a start on a data directory of version 0.1.0', () => {
  it('lets in the local token and the made one, and nothing is amiss', async () => {
    const { userId } = (await panel.tokens.list())[0] ?? {}
    expect(userId).toBe('eve')
    expect(await panel.connect.token()).toStrictEqual({ token: localToken })
    const list = 'blender_list_available_clients'
    const nobody = { persistent: [], ephemeral: [] }
    expect(await (await openRawSession({ port, token: localToken }, 'a')).call(list)).toMatchObject({
      user_id: 'local',
      ...nobody,
    })
    expect(await (await openRawSession({ port, token: madeToken }, 'b')).call(list)).toMatchObject({
      user_id: 'eve',
      ...nobody,
    })
    expect(problems).toStrictEqual([])
  })

  it('was backed up first, as it was', async () => {
    const [backup = '', ...others] = await readdir(join(dataDir, 'backups'))
    expect([backup.slice(-'-of-0.1.0'.length), others]).toStrictEqual(['-of-0.1.0', []])
    const names = await readdir(join(dataDir, 'backups', backup))
    expect(names.toSorted()).toStrictEqual((await readdir(fixture)).toSorted())
    for (const name of names) {
      const kept = await readFile(join(dataDir, 'backups', backup, name))
      expect(kept.equals(await readFile(join(fixture, name)))).toBe(true)
    }
    expect(problems).toStrictEqual([])
  })

  it('has the tokens, the settings, the blocks and the policy of approvals', async () => {
    expect(await panel.tokens.list()).toStrictEqual([
      {
        id: '317b5dfd-86dc-4f5c-8fe7-f1721f676fa4',
        name: 'studio',
        userId: 'eve',
        scopes: ['bus', 'llm', 'panel'],
        createdAt: 1795781931.076,
        expiresAt: null,
        lastUsedAt: null,
      },
    ])
    const { settings } = await panel.settings.get()
    expect(settings.filter(({ source }) => source !== 'default')).toStrictEqual([
      { key: 'stale_seconds', value: 90, source: 'file', byDefault: 45, kept: 90 },
      { key: 'history_days', value: 3650, source: 'file', byDefault: 30, kept: 3650 },
    ])
    const watch = await panel.blocks.watch({ watchId: 'blocks' })
    expect((await watch.next()).value).toStrictEqual([
      {
        id: 'program\u001f\u001fbad-program',
        kind: 'program',
        userId: '',
        subject: 'bad-program',
        tokenId: null,
        reason: 'It floods',
        createdAt: 1795781931.098,
        blockedUntil: null,
        refused: { count: 0, lastAt: null },
      },
      {
        id: 'client\u001flocal\u001fllm-1',
        kind: 'client',
        userId: 'local',
        subject: 'llm-1',
        tokenId: null,
        reason: 'Enough for today',
        createdAt: 1795781931.096,
        blockedUntil: null,
        refused: { count: 0, lastAt: null },
      },
    ])
    const session = await openRawSession({ port, token: localToken }, 'a')
    expect(
      await session.call('blender_register_client', { client_uuid: 'llm-1', client_type: 'llm' }),
    ).toMatchObject({ status: 'error', error: 'blocked' })
    // A block of a name alone, as that version made them, holds for every token.
    for (const token of [localToken, madeToken]) {
      const bad = await openRawSession({ port, token }, 'Bad-Program')
      expect(await bad.call('blender_list_available_clients')).toStrictEqual({
        status: 'error',
        error: 'blocked',
        message:
          'A person at the Busbar panel has blocked bad-program, until that is lifted (It floods). ' +
          'Nothing was run, and nothing will be while the block holds. Tell your user; do not look for another way.',
      })
    }
    expect(await panel.approvals.policy.get()).toStrictEqual({
      default: 'ask',
      rules: [
        {
          client: { userId: 'local', uuid: 'blender-1', tokenId: null, as: null },
          token: null,
          tool: null,
          mode: 'deny',
        },
      ],
    })
  })

  it('has the jobs that the activity log knows', async () => {
    const watch = await panel.jobs.watch({ watchId: 'jobs' })
    const job = {
      userId: 'local',
      kind: 'job_dispatch',
      progress: null,
      progressMessage: '',
      startedAt: null,
      cancelRequestedAt: null,
      from: { uuid: 'llm-1', name: 'llm-1' },
      targets: [{ uuid: 'blender-1', name: 'blender-1' }],
      targetCount: 1,
      preview: '',
    }
    expect((await watch.next()).value).toStrictEqual({
      type: 'snapshot',
      revision: 1,
      jobs: [
        {
          ...job,
          key: 'local\u001fjob-1',
          jobId: 'job-1',
          title: 'Print one',
          state: 'completed',
          createdAt: 1795781931.065,
          endedAt: 1795781931.068,
          updatedAt: 1795781931.068,
          problem: '',
        },
        {
          ...job,
          key: 'local\u001fjob-2',
          jobId: 'job-2',
          title: 'Print two',
          state: 'cancelled',
          createdAt: 1795781931.07,
          endedAt: 1795781931.093,
          updatedAt: 1795781931.093,
          problem: 'Withdrawn before it reached its target.',
        },
      ],
    })
    expect(await panel.jobs.detail({ userId: 'local', jobId: 'job-1' })).toStrictEqual({
      payload: null,
      routing: null,
      priority: null,
      result: '1',
      resultLength: 1,
      error: '',
      errorLength: 0,
    })
  })

  it('has the activity log, and goes on with it', async () => {
    const { entries, history } = await panel.activity.list({})
    expect(history).toStrictEqual({ state: 'on', reason: '' })
    const old = entries.filter(({ id }) => id <= 27)
    expect(old.map(({ kind, client, text }) => [kind, client, text])).toStrictEqual([
      ['server_stopped', '', ''],
      ['session_closed', '', 'blender-addon 1.0 at 127.0.0.1, token local: ended'],
      ['client_unplugged', 'blender-1', 'Go home'],
      ['message', 'server:local', 'client_unregistered'],
      ['operator_sent', 'blender-1', 'chat, info, message b52c41a0-a61d-4adb-83d9-8f7b43c647bb'],
      ['message', 'server:local', 'chat'],
      ['policy_set', '', 'Default ask, 1 rule'],
      ['block_set', '', 'program bad-program, until lifted: It floods'],
      ['block_set', 'llm-1', 'client llm-1, until lifted: Enough for today'],
      ['session_closed', '', 'a model 1.0 at 127.0.0.1, token local: ended'],
      ['client_unplugged', 'llm-1', 'Enough for today'],
      ['message', 'blender-1', 'job_update'],
      ['job_cancelled', 'llm-1', 'Print two'],
      ['message_dropped', 'blender-1', ''],
      ['message_dropped', 'llm-1', ''],
      ['message', 'server:local', 'client_unregistered'],
      ['token_created', '', 'studio (bus, llm, panel), id 317b5dfd-86dc-4f5c-8fe7-f1721f676fa4'],
      ['message', 'llm-1', 'job_dispatch'],
      ['message', 'blender-1', 'job_update'],
      ['job_completed', 'llm-1', 'Print one'],
      ['message', 'llm-1', 'job_dispatch'],
      ['message', 'llm-1', 'chat'],
      ['client_registered', 'llm-1', 'llm'],
      ['session_opened', '', 'a model 1.0 at 127.0.0.1, token local'],
      ['client_registered', 'blender-1', 'blender'],
      ['session_opened', '', 'blender-addon 1.0 at 127.0.0.1, token local'],
      ['server_started', '', 'Busbar 0.1.0 at http://127.0.0.1:38871/mcp'],
    ])
    expect(old.find(({ id }) => id === 8)?.job).toStrictEqual({
      jobId: 'job-1',
      targets: ['blender-1'],
      targetCount: 1,
      dispatchedAt: 1795781931.065,
      problem: '',
    })
    expect(await panel.activity.detail({ id: 6 })).toMatchObject({
      entry: { id: 6, kind: 'message', client: 'llm-1', text: 'chat' },
      payload: { text: '{"message_type":"chat","text":"hello"}', bytes: 38, cut: false },
    })
    const { entries: found } = await panel.activity.list({ client: 'blender-1', kinds: ['job_completed'] })
    expect(found.map(({ id }) => id)).toStrictEqual([8])
    await vi.waitFor(async () =>
      expect((await panel.activity.list({})).entries[0]).toMatchObject({ id: 28, kind: 'server_started' }),
    )
  })
})
