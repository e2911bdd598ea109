import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp, type App } from '../../../src/main/app/app.ts'
import { ServerRunsError } from '../../../src/main/app/one-server.ts'
import { askToShow, runsStill } from '../../../src/main/app/running-server.ts'
import type { Log } from '../../../src/main/base/log.ts'
import { readEndpoint, type Endpoint } from '../../../src/main/config/endpoint-file.ts'

let dataDir: string
const apps: App[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-second-'))
})
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const nothing = () => undefined
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

function appOf(showWindow?: () => void): App {
  const app = createApp({ dataDir, port: 0, env: {}, log, ...(showWindow && { showWindow }) })
  apps.push(app)
  return app
}

async function announced(): Promise<Endpoint> {
  const found = await readEndpoint(dataDir)
  if (found.kind !== 'announced') throw new Error(`endpoint.json is ${found.kind}`)
  return found.endpoint
}

describe('a second app on the data directory of a running one', () => {
  it('never serves, and leaves what the first announced', async () => {
    await appOf().start()
    const first = await announced()
    const second = appOf()
    const refused: unknown = await second.start().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ServerRunsError)
    expect(refused).toMatchObject({ endpoint: first })
    await second.stop()
    expect(await announced()).toStrictEqual(first)
    expect(await runsStill(first)).toBe(true)
  })

  it('serves once the first has ended', async () => {
    const first = appOf()
    await first.start()
    const was = await announced()
    await first.stop()
    expect(await runsStill(was)).toBe(false)
    const { url } = await appOf().start()
    expect((await announced()).url).toBe(url)
  })

  it('brings its window to the front, where it has one', async () => {
    let shown = 0
    await appOf(() => (shown += 1)).start()
    expect(await askToShow(dataDir, await announced())).toBe(true)
    expect(shown).toBe(1)
  })

  it('hears that it has none', async () => {
    await appOf().start()
    expect(await askToShow(dataDir, await announced())).toBe(false)
  })

  it('hears nothing of it from a server that can’t be asked', async () => {
    const url = 'http://127.0.0.1:1/mcp'
    const endpoint = { url, panel_url: null, token: 't', pid: 1, version: '0.1.0', started_at: 1 }
    expect(await askToShow(dataDir, endpoint)).toBe(false)
  })
})

it('a window is shown to whoever has the panel key, and to nobody with another token', async () => {
  let shown = 0
  await appOf(() => (shown += 1)).start()
  const { url, token } = await announced()
  const ask = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(new URL('/control/show', url), { method: 'POST', headers })
    return response.status
  }
  expect([await ask(token), await ask('wrong-key-0123456789'), shown]).toStrictEqual([401, 401, 0])
  expect(await ask((await readFile(join(dataDir, 'panel-key'), 'utf8')).trim())).toBe(200)
  expect(shown).toBe(1)
})
