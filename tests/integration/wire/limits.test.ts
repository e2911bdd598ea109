import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { memoryByDefault } from '../../../src/main/config/machine-memory.ts'
import type { PanelStatus } from '../../../src/shared/status.ts'
import { register, startApp, type AppFixture } from './app-fixture.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

it('every limit that docs/configuration.md names is in the panel’s status, and no other', async () => {
  await register(await app.connect('a'), 'a')
  const watch = await (await app.operator()).status.watch({ watchId: 'status' })
  const { limits } = (await watch.next()).value as PanelStatus
  const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')
  const section = /\n## Limits\n(.*?)\n## /s.exec(page)?.[1] ?? ''
  const named = [...section.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name)
  expect(limits.map(({ name }) => name).toSorted()).toStrictEqual(named.toSorted())
  expect(Object.fromEntries(limits.map(({ name, max }) => [name, max]))).toStrictEqual({
    sessions: 2000,
    sessions_per_token: 1000,
    sessions_per_user: 1000,
    streams: 2000,
    streams_per_user: 1000,
    requests_in_flight: 256,
    requests_per_second: 5000,
    body_bytes: 5_242_880,
    memory_beyond_share: 16_777_216,
    connections: 4500,
    connections_per_user: 2250,
    connections_without_token: 1024,
    clients_per_bus: 5000,
    pending_jobs: 10_000,
    payload_bytes: 4_194_304,
    memory: memoryByDefault() * 1_048_576,
  })
})
