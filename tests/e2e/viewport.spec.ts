import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'
import { connectPictureBlender } from './fixtures/picture-blender.ts'

const imageIn = (place: Locator) => place.getByRole('img', { name: 'What Atelier 1 shows' })

/** Opens the tab Viewport of the client, and answers it. */
async function openViewport(panel: Page) {
  await panel.getByRole('row', { name: /^Atelier 1/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('tab', { name: 'Viewport' }).click()
  return inspector.getByRole('tabpanel', { name: 'Viewport' })
}

test('the tab Viewport shows what a Blender shows, and says how old that is', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  const tab = await openViewport(panel)
  await expect(imageIn(tab)).toBeVisible()
  await expect(imageIn(tab)).toHaveJSProperty('naturalWidth', 320)
  await expect(tab.getByText(/^viewport, (just now|\d+ s ago)$/)).toBeVisible()
  await expect(tab.getByText(/^320 × 200, PNG, /)).toBeVisible()

  // Once when it was opened; then only when it is asked for.
  await tab.getByLabel('New picture').selectOption('when I ask')
  blender.answerWith({ width: 400, height: 250 })
  await tab.getByRole('button', { name: 'Refresh' }).click()
  await expect(imageIn(tab)).toHaveJSProperty('naturalWidth', 400)

  // Nothing of it is a job.
  await panel.getByRole('tab', { name: 'Jobs' }).click()
  await expect(panel.getByText('It was given no job and has asked for none.')).toBeVisible()
})

test('a picture comes again by itself while the tab is on show, as often as was chosen', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  const tab = await openViewport(panel)
  await tab.getByLabel('New picture').selectOption('every 2 s')
  await expect.poll(() => blender.asked()).toBeGreaterThan(2)
  await panel.getByRole('tab', { name: 'Record' }).click()
  // What was on its way comes in; then it stays at that.
  await panel.waitForTimeout(500)
  const asked = blender.asked()
  await panel.waitForTimeout(3000)
  expect(blender.asked()).toBe(asked)
  // The choice is remembered, and so is the picture.
  await panel.reload()
  const again = await openViewport(panel)
  await expect(again.getByLabel('New picture')).toHaveValue('2')
  await expect(imageIn(again)).toBeVisible()
})

test('a Blender at work is left alone: the last picture stays, with the reason', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  const tab = await openViewport(panel)
  await expect(imageIn(tab)).toBeVisible()
  await tab.getByLabel('New picture').selectOption('when I ask')
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'l', client_type: 'llm' } })
  await llm.call('blender_send_message', {
    payload: { message_type: 'job_dispatch', job_id: 'j', script: 'pass', description: 'Long work' },
    target_uuid: 'b',
  })
  const asked = blender.asked()
  await tab.getByRole('button', { name: 'Refresh' }).click()
  await expect(tab.getByText('It runs a job. A picture is taken when the job has ended.')).toBeVisible()
  await expect(imageIn(tab)).toBeVisible()
  expect(blender.asked()).toBe(asked)
  await blender.call('blender_job_update', { job_id: 'j', status: 'completed' })
  await tab.getByRole('button', { name: 'Refresh' }).click()
  await expect(tab.getByText('It runs a job.')).toHaveCount(0)
})

test('an error of the Blender is shown in its own words', async ({ panel, connectClient }) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  blender.answerWith({ error: 'Traceback\nRuntimeError: no <b>context</b>' })
  const tab = await openViewport(panel)
  await expect(tab.getByText('RuntimeError: no <b>context</b>')).toBeVisible()
  blender.answerWith({ width: 320, height: 200 })
  await tab.getByRole('button', { name: 'Refresh' }).click()
  await expect(imageIn(tab)).toBeVisible()
  await expect(tab.getByText('RuntimeError')).toHaveCount(0)
})

test('a Blender without a window renders a preview only when a person asks', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, {
    client_uuid: 'b',
    label: 'Atelier 1',
    capabilities: ['headless'],
  })
  blender.answerWith({ width: 320, height: 180, source: 'preview_render' })
  const tab = await openViewport(panel)
  await expect(tab.getByText('No window.', { exact: true })).toBeVisible()
  await expect(tab.getByText(/one is taken only when you ask/)).toBeVisible()
  expect(blender.asked()).toBe(0)
  await tab.getByRole('button', { name: 'Render preview' }).click()
  await expect(tab.getByText(/^preview render, /)).toBeVisible()
  expect(blender.asked()).toBe(1)
})

test('a picture is saved under a name that says what it is of', async ({ panel, connectClient }) => {
  await connectPictureBlender(connectClient, {
    client_uuid: 'b',
    label: 'Atelier 1',
    blend_file: '/projects/shot_040.blend',
  })
  const tab = await openViewport(panel)
  await expect(imageIn(tab)).toBeVisible()
  const saving = panel.waitForEvent('download')
  await tab.getByRole('button', { name: 'Save…' }).click()
  expect((await saving).suggestedFilename()).toMatch(/^shot_040 b \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/)
})

test('the picture opens larger, asks for a sharper one, and closes with Escape', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  const tab = await openViewport(panel)
  await expect(imageIn(tab)).toBeVisible()
  blender.answerWith({ width: 1600, height: 1000 })
  await tab.getByRole('button', { name: 'Larger' }).click()
  const dialog = panel.getByRole('dialog', { name: 'Atelier 1' })
  await expect(dialog.getByRole('img')).toHaveJSProperty('naturalWidth', 1600)
  await panel.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(tab.getByRole('button', { name: 'Larger' })).toBeFocused()
})

test('what left or lost its connection is shown as past, with its last picture', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b', label: 'Atelier 1' })
  const tab = await openViewport(panel)
  await expect(imageIn(tab)).toBeVisible()
  await blender.vanish()
  await tab.getByRole('button', { name: 'Refresh' }).click()
  await expect(tab.getByText(/is not connected now/)).toBeVisible()
  await expect(imageIn(tab)).toBeVisible()
  await panel.getByRole('row', { name: /^Atelier 1/ }).focus()
  await panel.keyboard.press('Delete')
  await panel.getByRole('button', { name: 'Unregister', exact: true }).click()
  await expect(panel.getByText('This client has left. Below is its last record.')).toBeVisible()
  await expect(imageIn(tab)).toBeVisible()
  await expect(tab.getByRole('button', { name: 'Refresh' })).toBeDisabled()
})

test('a client that is no Blender has no viewport', async ({ panel, connectClient }) => {
  await connectClient({ name: 'llm', register: { client_uuid: 'l', client_type: 'llm' } })
  await panel.getByRole('row', { name: /^l, / }).click()
  await expect(panel.getByRole('tab', { name: 'Record' })).toBeVisible()
  await expect(panel.getByRole('tab', { name: 'Viewport' })).toHaveCount(0)
})
