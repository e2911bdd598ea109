import { expect, test } from './fixtures/panel-test.ts'

test.describe('in a browser', () => {
  test.skip(({ shell }) => shell !== 'browser', 'Addresses and keys are a matter of the browser shell.')

  test('a server that dies is said to be lost, and nothing is shown as live', async ({
    panel,
    server,
    connectClient,
    problems,
  }) => {
    problems.expect(/WebSocket|ERR_CONNECTION/)
    await connectClient({
      name: 'b',
      register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
    })
    await expect(panel.getByRole('row', { name: /^b-1, live/ })).toBeVisible()
    await server.stop()
    await expect(panel.getByRole('alert')).toContainText('Connection lost')
    const states = panel.getByRole('group', { name: 'Show clients by state' })
    await expect(states).toContainText(/All –/)
    await expect(states).not.toContainText(/\d/)
    await expect(panel.getByRole('navigation', { name: 'Views' })).not.toContainText(/\d/)
    const row = panel.getByRole('row', { name: /^b-1/ })
    await expect(row).toHaveAccessibleName('b-1, not live')
    await expect(row).toHaveAttribute('aria-disabled', 'true')
    await expect(panel.getByRole('button', { name: 'Unregister…' }).first()).toBeDisabled()
  })

  test('the key leaves the address and is not needed again for a reload', async ({ panel }) => {
    await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
    expect(new URL(panel.url()).hash).not.toContain('key=')
    await panel.reload()
    await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  })

  test('without the key, or with a wrong one, the page shows nothing and says what to do', async ({
    server,
    context,
    problems,
  }) => {
    problems.expect(/WebSocket/)
    const origin = new URL(server.url).origin
    for (const address of [origin, `${origin}/#key=wrong`]) {
      const page = await context.newPage()
      await page.goto(address)
      await expect(page.getByText('busbar serve --open').first()).toBeVisible()
      await expect(page.getByRole('region', { name: 'Persistent clients' })).toHaveCount(0)
    }
    expect(server.log()).not.toContain('wrong')
  })
})
