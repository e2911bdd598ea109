import { expectNothingSerious } from './fixtures/nothing-serious.ts'
import { writeText } from './fixtures/editor-text.ts'
import { expect, test } from './fixtures/panel-test.ts'

/** The empty tabs are looked at with the views; here they are as they are once they were used. */
test('axe finds nothing serious where something was sent, nor beside a pinned client', async ({
  panel,
  connectClient,
}) => {
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
  await writeText(form.getByRole('textbox', { name: 'Parameters' }), '{,}')
  await panel.getByRole('button', { name: 'Pin this client' }).click()
  await expectNothingSerious(panel, 'sent and pinned')
})
