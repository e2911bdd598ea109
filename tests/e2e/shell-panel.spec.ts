import { existsSync, statSync } from 'node:fs'
import { expect, test } from './fixtures/panel-test.ts'
import { endpointPath } from './fixtures/server-process.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

test('shows a client that registers', async ({ panel, connectClient }) => {
  await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await connectClient({
    name: 'blender',
    register: { client_uuid: 'blender-1', client_type: 'blender', is_persistent: true },
  })
  const row = panel
    .getByRole('region', { name: 'Persistent clients' })
    .getByRole('row', { name: /blender-1/ })
  await expect(row).toBeVisible()
})

test('shows the clients again after a reload', async ({ panel, connectClient }) => {
  await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const row = panel.getByRole('region', { name: 'Ephemeral clients' }).getByRole('row', { name: /llm-1/ })
  await expect(row).toBeVisible()
  await panel.reload()
  await expect(row).toBeVisible()
})

test.describe('with a history of an earlier version', () => {
  test.use({ oldHistoryRows: 500 })

  test('shows it, with what happened since', async ({ panel }) => {
    await panel
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Activity', exact: true })
      .click()
    const grid = panel.getByRole('grid', { name: 'Activity, oldest first' })
    await expect(grid.getByRole('row', { name: /server started/ })).toBeVisible()
    await expect(grid.getByRole('row', { name: /blender, shot 500/ })).toBeVisible()
  })
})

test('the page is under the strict policy', async ({ panel }) => {
  const headers = await panel.evaluate(async () => {
    const response = await fetch('./')
    return {
      policy: response.headers.get('content-security-policy'),
      sniffing: response.headers.get('x-content-type-options'),
      referrer: response.headers.get('referrer-policy'),
    }
  })
  expect(headers).toEqual({ policy, sniffing: 'nosniff', referrer: 'no-referrer' })
})

test('the policy holds: no inline script, no eval, no foreign frame', async ({ panel, problems }) => {
  problems.expect(/Content Security Policy/)
  const broken = await panel.evaluate(async () => {
    const directives: string[] = []
    const heard = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        directives.push(event.effectiveDirective)
        if (directives.length === 3) resolve()
      })
    })
    const script = document.createElement('script')
    script.textContent = 'document.title = "owned"'
    document.body.append(script)
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(frame)
    await fetch('https://example.com/').catch(() => undefined)
    await heard
    return { directives: directives.sort(), title: document.title }
  })
  expect(broken).toEqual({ directives: ['connect-src', 'frame-src', 'script-src-elem'], title: 'Busbar' })
})

test('the discovery file is private, and gone when the server has ended', async ({ server }) => {
  const file = endpointPath(server.dataDir)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(existsSync(file)).toBe(false)
})
