import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './fixtures/panel-test.ts'

/** The empty tabs are looked at with the views; here they are as they are once they were used. */
for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious where something was sent, nor beside a pinned client, ${colorScheme}`, async ({
    panel,
    connectClient,
  }) => {
    test.slow()
    await panel.emulateMedia({ colorScheme })
    await connectClient({
      name: 'blender',
      register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    })
    await panel.getByRole('row', { name: /^Atelier 1/ }).click()
    await panel.keyboard.press('m')
    const form = panel.getByRole('form', { name: 'Send' })
    await form.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(panel.getByRole('region', { name: 'Sent from this panel' })).toBeVisible()
    await form.getByRole('radio', { name: 'Command' }).check()
    await form.getByRole('combobox', { name: 'Command' }).fill('render_image')
    await form.getByRole('textbox', { name: 'Parameters' }).fill('{,}')
    await panel.getByRole('button', { name: 'Pin this client' }).click()
    const { violations } = await new AxeBuilder({ page: panel }).setLegacyMode().analyze()
    expect(
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`)),
    ).toEqual([])
  })
}
