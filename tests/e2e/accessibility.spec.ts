import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

/** What axe calls serious or critical, as `rule: selector`. */
async function findings(panel: Page): Promise<string[]> {
  // axe in a page of its own would need a second one in the browser, which a desktop window is not.
  const { violations } = await new AxeBuilder({ page: panel }).setLegacyMode().analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in any view, ${colorScheme}`, async ({ panel, connectClient }) => {
    await panel.emulateMedia({ colorScheme })
    await expect(panel.getByRole('region', { name: 'Persistent clients' })).toContainText(
      'bpy.ops.busbar.serve()',
    )
    expect(await findings(panel)).toEqual([])

    const farm = await connectClient({ name: 'farm' })
    const register = (client_uuid: string, more: object): Promise<unknown> =>
      farm.call('blender_register_client', {
        client_uuid,
        client_type: 'blender',
        is_persistent: true,
        ...more,
      })
    await register('b-1', { label: 'Atelier 1', group_id: 'farm', blend_file: '/a/b.blend' })
    await register('b-2', { label: 'Atelier 2' })
    const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
    await llm.call('blender_send_message', {
      payload: { message_type: 'command_dispatch', job_id: 'j', command: 'render_image', params: {} },
      target_uuid: 'b-1',
    })
    await farm.call('blender_job_update', { job_id: 'j', status: 'running', progress: 0.5 })
    await panel.getByRole('button', { name: 'View', exact: true }).click()
    const view = panel.getByRole('dialog', { name: 'View' })
    await view.getByRole('checkbox', { name: 'Sent' }).check()
    await view.getByRole('combobox', { name: 'Group by' }).selectOption('group')
    await panel.getByRole('searchbox', { name: 'Search clients' }).pressSequentially('t')
    await panel.getByRole('button', { name: 'View', exact: true }).click()
    expect(await findings(panel), 'View').toEqual([])
    await panel.keyboard.press('Escape')
    await panel.getByRole('searchbox', { name: 'Search clients' }).fill('')
    await panel.getByRole('row', { name: /^Atelier 1/ }).click()
    for (const tab of ['Record', 'Jobs', 'Session', 'Traffic']) {
      await panel.getByRole('tab', { name: tab, exact: true }).click()
      expect(await findings(panel), tab).toEqual([])
    }
    await panel.getByRole('row', { name: /^Atelier 1/ }).focus()
    await panel.keyboard.press('Shift+F10')
    await expect(panel.getByRole('menu')).toBeVisible()
    expect(await findings(panel), 'menu').toEqual([])
    await panel.keyboard.press('Escape')
    await panel.keyboard.press('?')
    await expect(panel.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
    expect(await findings(panel), 'shortcuts').toEqual([])
    await panel.keyboard.press('Escape')
    await panel.keyboard.press('ControlOrMeta+k')
    await expect(panel.getByRole('dialog', { name: 'Commands' })).toBeVisible()
    expect(await findings(panel), 'palette').toEqual([])
    await panel.keyboard.press('Escape')
    await panel.getByRole('row', { name: /^Atelier 1/ }).focus()
    await panel.keyboard.press('Delete')
    await expect(panel.getByRole('dialog', { name: 'Unregister client' })).toBeVisible()
    expect(await findings(panel), 'dialog').toEqual([])
    await panel.keyboard.press('Escape')
    await panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ }).click()
    await panel.getByRole('row', { name: /^render_image/ }).click()
    await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('Parameters')
    expect(await findings(panel), 'Jobs').toEqual([])
    await panel.getByRole('navigation', { name: 'Views' }).getByText('Connect').click()
    await expect(panel.getByRole('main', { name: 'Connect' })).toBeVisible()
    expect(await findings(panel), 'Connect').toEqual([])
  })
}
