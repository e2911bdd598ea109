import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

const persistentRow = (panel: Page, name: string | RegExp) =>
  panel.getByRole('region', { name: 'Persistent clients' }).getByRole('row', { name })

const dialogOf = (panel: Page) => panel.getByRole('dialog', { name: 'Unregister client' })

test('one client with a reason and a block: told, gone, kept away, and let in again', async ({
  panel,
  connectClient,
}) => {
  const heard: unknown[] = []
  const identity = {
    client_uuid: 'blender-1',
    client_type: 'blender',
    is_persistent: true,
    label: 'Atelier 1',
  }
  const blender = await connectClient({
    name: 'blender',
    register: identity,
    onMessage: (data) => heard.push((data as { payload: unknown }).payload),
  })
  await persistentRow(panel, 'Atelier 1').click()
  await panel
    .getByRole('complementary', { name: 'Inspector' })
    .getByRole('button', { name: 'Unregister…' })
    .click()
  const dialog = dialogOf(panel)
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('it renders the wrong shot')
  await dialog.getByRole('combobox', { name: 'Block' }).selectOption({ label: '1 hour' })
  const beforeSeconds = Date.now() / 1000
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(persistentRow(panel, 'Atelier 1')).toHaveCount(0)

  await expect
    .poll(() => heard)
    .toEqual([
      {
        message_type: 'client_unregistered',
        reason: 'it renders the wrong shot',
        by: 'operator',
        blocked_until: expect.closeTo(beforeSeconds + 3600, -2) as unknown,
      },
    ])
  // Its session is over, and under a new one it is refused.
  await expect(blender.call('blender_list_available_clients')).rejects.toThrow(/Session not found/)
  const again = await connectClient({ name: 'blender' })
  expect(await again.call('blender_register_client', identity)).toMatchObject({
    status: 'error',
    error: 'blocked',
  })

  await panel.getByRole('button', { name: 'Lift the block of blender-1' }).click()
  await expect(panel.getByRole('button', { name: 'Lift the block of blender-1' })).toHaveCount(0)
  expect(await again.call('blender_register_client', identity)).toMatchObject({ status: 'ok' })
  await expect(persistentRow(panel, 'Atelier 1')).toBeVisible()
})

test('several selected clients at once, with a running job among them', async ({ panel, connectClient }) => {
  const farm = await connectClient({ name: 'farm' })
  for (const client_uuid of ['b-1', 'b-2', 'b-3']) {
    await farm.call('blender_register_client', { client_uuid, client_type: 'blender', is_persistent: true })
  }
  const updates: unknown[] = []
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm' },
    onMessage: (data) => updates.push((data as { payload: unknown }).payload),
  })
  await llm.call('blender_send_message', {
    payload: { message_type: 'job_dispatch', job_id: 'job-1', script: 'pass', description: 'Bake' },
    target_uuid: 'b-1',
  })
  await persistentRow(panel, /^b-1/).click()
  await persistentRow(panel, /^b-2/).click({ modifiers: ['ControlOrMeta'] })
  await panel.keyboard.press('Delete')
  const dialog = dialogOf(panel)
  await expect(dialog).toContainText('2 clients')
  await expect(dialog.getByRole('list', { name: 'Jobs that end' }).getByRole('listitem')).toHaveText([
    'Bakewaiting, for llm-1 on b-1',
  ])
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(persistentRow(panel, /^b-[12]/)).toHaveCount(0)
  await expect(persistentRow(panel, /^b-3/)).toBeVisible()
  await expect
    .poll(() => updates)
    .toContainEqual({ kind: 'job_update', job_id: 'job-1', status: 'cancelled', result: '', error: '' })
})

test('Cancel and Escape leave everything as it is', async ({ panel, connectClient }) => {
  await connectClient({
    name: 'b',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
  })
  await persistentRow(panel, /^b-1/).click()
  await panel.keyboard.press('Delete')
  await dialogOf(panel).getByRole('button', { name: 'Cancel' }).click()
  await expect(dialogOf(panel)).toHaveCount(0)
  await persistentRow(panel, /^b-1/).focus()
  await panel.keyboard.press('Delete')
  await expect(dialogOf(panel)).toBeVisible()
  await panel.keyboard.press('Escape')
  await expect(dialogOf(panel)).toHaveCount(0)
  await expect(persistentRow(panel, /^b-1.*live/)).toBeVisible()
})

test('a client that left while the dialog was open is said to have left', async ({
  panel,
  connectClient,
}) => {
  const client = await connectClient({
    name: 'b',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
  })
  await persistentRow(panel, /^b-1/).click()
  await panel.keyboard.press('Delete')
  await client.call('blender_unregister_client', { client_uuid: 'b-1' })
  await expect(persistentRow(panel, /^b-1/)).toHaveCount(0)
  const dialog = dialogOf(panel)
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(dialog).toContainText('had already left')
})

test('the button beside Unregister has the choices for many, with why there is nothing to do', async ({
  panel,
  connectClient,
}) => {
  const register = (client_uuid: string) => ({ client_uuid, client_type: 'blender', is_persistent: true })
  await connectClient({ name: 'b', register: register('b-1') })
  const lost = await connectClient({ name: 'b', register: register('b-2') })
  await lost.vanish()
  await expect(persistentRow(panel, /^b-2, disconnected/)).toBeVisible()
  const more = panel.getByRole('button', { name: 'Unregister several at once' })
  await more.click()
  await expect(panel.getByRole('menuitem')).toHaveText([
    'Unregister the selected clients (0)…none is selected',
    'Unregister all stale clients (0)…no client is stale',
    'Unregister all disconnected clients (1)…',
    'Unregister all clients shown (2)…',
  ])
  await expect(panel.getByRole('menuitem', { name: /stale/ })).toBeDisabled()
  await panel.getByRole('menuitem', { name: /disconnected/ }).click()
  const dialog = dialogOf(panel)
  await expect(dialog).toContainText('b-2')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('its machine is off')
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(persistentRow(panel, /^b-2/)).toHaveCount(0)

  // The reason is offered the next time.
  await persistentRow(panel, /^b-1/).click()
  await panel.keyboard.press('Delete')
  await dialog.getByRole('button', { name: 'its machine is off' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('its machine is off')
  await dialog.getByRole('combobox', { name: 'Block' }).selectOption({ label: '15 minutes' })
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  const lift = panel.getByRole('button', { name: 'Lift the block of b-1' })
  await lift.click()
  await expect(lift).toHaveCount(0)
  await panel.getByRole('button', { name: 'Undo' }).click()
  await expect(lift).toBeVisible()
})

test('a program that reconnects by itself is blocked with its token, its job ends, and its model reads why', async ({
  panel,
  connectClient,
}) => {
  const heard: Record<string, unknown>[] = []
  await connectClient({
    name: 'b',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push((data as { payload: Record<string, unknown> }).payload),
  })
  const claude = await connectClient({ name: 'claude-code' })
  const answer = claude.call('blender_execute_code', { code: 'while True: pass' })
  const row = panel
    .getByRole('region', { name: 'Ephemeral clients' })
    .getByRole('row', { name: /^Claude Code/ })
  await row.click()
  await panel.keyboard.press('Delete')
  const dialog = dialogOf(panel)
  await expect(dialog.getByRole('list', { name: 'Jobs that end' }).getByRole('listitem')).toHaveText([
    /waiting, on Atelier 1$/,
  ])
  const whom = dialog.getByRole('combobox', { name: 'Whom' })
  await expect(whom.getByRole('option')).toHaveText([
    'This program: Claude Code, with this token',
    'This token: every program that uses it',
    'This client alone',
  ])
  await expect(whom).toHaveValue('program')
  const block = dialog.getByRole('combobox', { name: 'Block' })
  await expect(block.locator('option:checked')).toHaveText('1 hour')
  await block.selectOption({ label: 'No block, it may come back at once' })
  await expect(dialog.getByRole('status')).toHaveText(
    'Claude Code reconnects by itself within seconds unless you block it.',
  )
  await expect(whom).toBeDisabled()
  await block.selectOption({ label: '15 minutes' })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('it loops')
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(row).toHaveCount(0)
  expect(await answer).toMatchObject({
    status: 'cancelled',
    error: expect.stringContaining('(it loops)'),
  })
  await expect
    .poll(() => heard.filter((payload) => payload['message_type'] === 'job_cancel'))
    .toEqual([{ message_type: 'job_cancel', job_id: expect.any(String) as unknown, interrupt: true }])

  const again = await connectClient({ name: 'claude-code' })
  expect(await again.call('blender_execute_code', { code: '1' })).toMatchObject({
    status: 'blocked',
    error: expect.stringContaining('has blocked Claude Code with this token'),
  })
  await expect(panel.getByText('refused 1 call, last')).toBeVisible()
  await panel.getByRole('button', { name: 'Lift the block of Claude Code' }).click()
  await expect(panel.getByRole('button', { name: 'Lift the block of Claude Code' })).toHaveCount(0)
  expect(await again.call('blender_use_target', { target: 'b-1' })).toMatchObject({ status: 'ok' })
  await expect(row).toBeVisible()
})

test('a program that never comes back by itself is blocked only on demand', async ({
  panel,
  connectClient,
}) => {
  const gemini = await connectClient({ name: 'gemini-cli-mcp-client' })
  await gemini.call('blender_use_target')
  await panel
    .getByRole('region', { name: 'Ephemeral clients' })
    .getByRole('row', { name: /^Gemini CLI/ })
    .click()
  await panel.keyboard.press('Delete')
  const dialog = dialogOf(panel)
  await expect(dialog.getByRole('status')).toHaveText('Gemini CLI stays out until it is restarted.')
  await expect(dialog).toContainText('No job of it is running or waiting.')
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(gemini.call('blender_use_target')).rejects.toThrow(/a person at the Busbar panel unregistered/)
})
