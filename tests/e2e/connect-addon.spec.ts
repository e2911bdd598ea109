import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures/panel-test.ts'
import { root } from './fixtures/server-process.ts'

test.skip(({ shell }) => shell !== 'browser', 'What a download becomes in Electron is its own dialog.')

test('the add-on is saved from the Connect view, byte for byte the zip that was built', async ({ panel }) => {
  const name = readdirSync(join(root, 'dist')).find((file) => /^busbar-addon-.*\.zip$/.test(file))
  test.skip(name === undefined, 'The add-on is not packed: run `npm run addon:build`.')
  await panel.getByRole('navigation', { name: 'Views' }).getByText('Connect').click()
  const downloading = panel.waitForEvent('download')
  await panel.getByRole('button', { name: 'Save the add-on…' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe(name)
  const saved = readFileSync(await download.path())
  expect(saved.equals(readFileSync(join(root, 'dist', name ?? '')))).toBe(true)
})

test('a Blender with an older add-on is offered the new one', async ({ panel, connectClient }) => {
  const blender = (uuid: string, addon_version: string) =>
    connectClient({
      name: uuid,
      register: { client_uuid: uuid, client_type: 'blender', is_persistent: true, addon_version },
    })
  await blender('old-blender', '0.0.9')
  await blender('new-blender', '0.1.0')
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  const offer = inspector.getByRole('link', { name: 'Update the add-on…' })
  await panel.getByRole('row', { name: 'new-blender' }).click()
  await expect(inspector.getByText('0.1.0', { exact: true })).toBeVisible()
  await expect(offer).toHaveCount(0)
  await panel.getByRole('row', { name: 'old-blender' }).click()
  await offer.click()
  await expect(panel.getByRole('button', { name: 'Save the add-on…' })).toBeVisible()
})

test('how it is installed is told for each kind of Blender', async ({ panel }) => {
  await panel.getByRole('navigation', { name: 'Views' }).getByText('Connect').click()
  const told = panel.getByText(/^In Blender \d/)
  await expect(told).toHaveText([
    'In Blender 4.2 or later, open Edit › Preferences › Add-ons, choose Install from Disk… in the menu at the top right, ' +
      'and take the zip.',
    'In Blender 3.4 to 4.1, open Edit › Preferences › Add-ons, choose Install…, take the zip, and then tick the box beside ' +
      'System: Busbar.',
  ])
})
