import { networkInterfaces } from 'node:os'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { provesToken } from '../../../src/main/http/proves-token.ts'
import { panelKeyPrefix, panelSubprotocol } from '../../../src/shared/panel-socket.ts'
import { startApp, type AppFixture } from '../wire/app-fixture.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

/** The names of the tools that a client of the SDK finds at an address. */
async function toolsAt(url: string): Promise<string[]> {
  const client = new Client({ name: 'x', version: '1' })
  const headers = { authorization: `Bearer ${app.token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
  const { tools } = await client.listTools()
  await client.close()
  return tools.map(({ name }) => name)
}

describe.skipIf(!hasIpv6)('over IPv6', () => {
  it('everything is served beside 127.0.0.1', async () => {
    const port = String(app.port)
    const url = `http://[::1]:${port}/mcp`
    expect(app.url).toBe(`http://127.0.0.1:${port}/mcp`)
    expect(await toolsAt(url)).toStrictEqual(await toolsAt(app.url))
    expect(await provesToken({ url, token: app.token })).toBe(true)
    const protocols = [panelSubprotocol, `${panelKeyPrefix}${app.panelKey}`]
    const socket = new WebSocket(`ws://[::1]:${port}/panel/socket`, protocols, {
      origin: `http://[::1]:${port}`,
    })
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await app.stopAlone()
    // The panel is told before its connection goes.
    expect(await closed).toBe(1001)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await app.startAgain()
  })

  it('nothing else is listened on where a host is named', async () => {
    await app.stopAlone()
    await app.startAgain({ host: '127.0.0.1' })
    await expect(fetch(`http://[::1]:${String(app.port)}/healthz`)).rejects.toThrow('fetch failed')
    await app.stopAlone()
    for (const host of ['[::1]', '::1']) {
      await app.startAgain({ host })
      expect(app.url).toBe(`http://[::1]:${String(app.port)}/mcp`)
      expect(await toolsAt(app.url)).toContain('blender_execute_code')
      await expect(fetch(`http://127.0.0.1:${String(app.port)}/healthz`)).rejects.toThrow('fetch failed')
      await app.stopAlone()
    }
    await app.startAgain()
  })
})
