import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'
import { endpointPath, type Endpoint } from './fixtures/server-process.ts'

/** A web server of somebody else on this machine: another port is another origin. */
async function foreignPage(page: Page): Promise<{ close: () => void }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)
  return { close: () => server.close() }
}

test.describe('a page of another origin in a real Chromium', () => {
  test.beforeEach(({ shell }) => {
    test.skip(shell !== 'browser', 'The same server answers; one shell is enough.')
  })

  test('reads nothing, calls no tool and opens no socket, with the token and the key in its hands', async ({
    server,
    panel,
    context,
    connectClient,
  }) => {
    const { panel_url } = JSON.parse(readFileSync(endpointPath(server.dataDir), 'utf8')) as Endpoint
    const panelKey = new URL(panel_url ?? '').hash.slice('#key='.length)
    expect(panelKey).toMatch(/^[A-Za-z0-9_-]{43}$/)
    await connectClient({ name: 'blender', register: { client_uuid: 'victim', client_type: 'blender' } })
    const page = await context.newPage()
    const elsewhere = await foreignPage(page)
    const origin = new URL(server.url).origin

    const outcomes = await page.evaluate(
      async ({ origin: target, token, panelKey }) => {
        const initialize = JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'evil', version: '1' },
          },
        })
        const tried = (what: () => Promise<unknown>): Promise<string> =>
          what().then(
            (value) => `got ${String(value)}`,
            (error: unknown) => (error instanceof Error ? error.name : 'failed'),
          )
        const socket = (protocols: string[]) =>
          new Promise<string>((resolve) => {
            const opened = new WebSocket(`${target.replace('http', 'ws')}/panel/socket`, protocols)
            opened.onopen = () => resolve('open')
            opened.onerror = () => resolve('refused')
          })
        return {
          health: await tried(async () => (await fetch(`${target}/healthz`)).text()),
          page: await tried(async () => (await fetch(`${target}/`)).text()),
          preflighted: await tried(async () =>
            (
              await fetch(`${target}/mcp`, {
                method: 'POST',
                headers: {
                  authorization: `Bearer ${token}`,
                  'content-type': 'application/json',
                  accept: 'application/json, text/event-stream',
                },
                body: initialize,
              })
            ).text(),
          ),
          simple: await tried(async () => {
            const answer = await fetch(`${target}/mcp`, { method: 'POST', mode: 'no-cors', body: initialize })
            return `${answer.type} ${String(answer.status)} ${await answer.text()}`
          }),
          beacon: String(navigator.sendBeacon(`${target}/mcp`, initialize)),
          script: await new Promise<string>((resolve) => {
            const script = document.createElement('script')
            script.src = `${target}/healthz`
            script.onload = () => resolve('loaded')
            script.onerror = () => resolve('refused')
            document.head.append(script)
          }),
          socket: await socket(['busbar.panel.v1', `busbar.key.${panelKey}`]),
          bareSocket: await socket([]),
        }
      },
      { origin, token: server.token, panelKey },
    )
    expect(outcomes).toEqual({
      health: 'TypeError',
      page: 'TypeError',
      preflighted: 'TypeError',
      // An answer that the page cannot look into; what it asked for was refused.
      simple: 'got opaque 0 ',
      beacon: 'true',
      script: 'refused',
      socket: 'refused',
      bareSocket: 'refused',
    })
    // Nobody came in by any of it.
    await expect(panel.getByRole('contentinfo')).not.toContainText('not registered')
    expect(server.log()).not.toContain('"evil"')
    elsewhere.close()
  })

  test('cannot put the panel into a frame', async ({ panel, context }) => {
    const page = await context.newPage()
    const elsewhere = await foreignPage(page)
    const address = panel.url()
    await page.evaluate((src) => {
      const frame = document.createElement('iframe')
      frame.src = src
      document.body.append(frame)
    }, address)
    await expect
      .poll(() => {
        const frame = page.frames().find((found) => found !== page.mainFrame())
        return frame === undefined ? 'none' : frame.url()
      })
      .toMatch(/^(chrome-error:|about:blank)/)
    await expect(page.frameLocator('iframe').getByRole('main')).toHaveCount(0)
    elsewhere.close()
  })
})

test('what clients call themselves is text everywhere in the panel, and nothing of it runs', async ({
  panel,
  connectClient,
}) => {
  const html = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
  const client = await connectClient({
    name: `${html}-program`,
    version: html,
    register: {
      client_uuid: `${html}-uuid`,
      client_type: 'blender',
      is_persistent: true,
      capabilities: [html],
      group_id: html,
      label: `${html}-label`,
      hostname: html,
      blend_file: `/tmp/${html}.blend`,
      blender_version: html,
      addon_version: html,
      role: html,
      parent_uuid: html,
    },
  })
  await client.call('blender_send_message', {
    payload: { message_type: 'job_dispatch', job_id: html, script: html, description: html, [html]: html },
    target_uuid: `${html}-uuid`,
  })
  await client.call('blender_job_update', {
    job_id: html,
    status: 'running',
    progress: 0.5,
    progress_message: html,
  })
  const row = panel
    .getByRole('region', { name: 'Persistent clients' })
    .getByRole('row')
    .filter({ hasText: '-label' })
  await expect(row).toContainText('<img src=x')
  await row.click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  for (const tab of await inspector.getByRole('tab').all()) {
    await tab.click()
    await expect(inspector.getByRole('tabpanel')).toBeVisible()
  }
  // A request that waits for a person, from an untrusted token, is made of what clients say too.
  const llm = await connectClient({
    scopes: ['bus', 'llm'],
    name: html,
    register: { client_uuid: `${html}-llm`, client_type: 'llm', label: html },
  })
  void llm.call('blender_execute_code', { code: html, target: `${html}-uuid` }).catch(() => undefined)
  const views = panel.getByRole('navigation', { name: 'Views' }).getByRole('link')
  await expect(views.filter({ hasText: 'Approvals' })).toContainText('1')
  for (const view of await views.all()) {
    await view.click()
    await expect(panel.getByRole('main')).toBeVisible()
    if ((await view.textContent())?.startsWith('Approvals') === true) {
      await expect(panel.getByRole('article')).toContainText('<img src=x')
    }
    if ((await view.textContent())?.startsWith('Jobs') === true) {
      await panel.getByRole('row').filter({ hasText: '<img src=x' }).first().click()
    }
    await expect(panel.locator('img[src="x"]')).toHaveCount(0)
  }
  await panel.keyboard.press('ControlOrMeta+k')
  await panel.getByRole('combobox', { name: 'Search commands, clients and jobs' }).fill('<img')
  await expect(panel.getByRole('listbox').getByRole('option').first()).toContainText('<img src=x')
  await expect(panel.locator('img[src="x"]')).toHaveCount(0)
  expect(await panel.evaluate(() => 'owned' in window)).toBe(false)
})
