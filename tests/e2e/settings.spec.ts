import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { connectClient as connectTo } from './fixtures/connect-client.ts'
import { expect, test } from './fixtures/panel-test.ts'

async function openSettings(panel: Page) {
  await panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Settings' }).click()
  const view = panel.getByRole('main', { name: 'Settings' })
  await expect(view.getByRole('form', { name: 'Idle sessions' })).toBeVisible()
  return view
}

test('a search leaves what has all its words, and counts it', async ({ panel }) => {
  const view = await openSettings(panel)
  const search = view.getByRole('searchbox', { name: 'Search settings' })
  await search.fill('session idle')
  await expect(view.getByRole('status')).toHaveText('1 match')
  await expect(view.getByRole('form')).toHaveCount(1)
  await expect(view.getByRole('heading', { level: 2 })).toHaveText(['Server'])
  await search.fill('BUSBAR_MAX_STREAMS')
  await expect(view.getByRole('form', { name: 'Streams' })).toBeVisible()
  await search.fill('nothing is called so')
  await expect(view.getByRole('status')).toHaveText('Nothing found')
  await search.press('Escape')
  await expect(view.getByRole('heading', { level: 2 })).toHaveText([
    'Look',
    'Notifications',
    'Approvals',
    'Tokens',
    'Blocks',
    'Server',
    'Limits',
    'History',
  ])
})

test('a token is made, shown once, opens a session, and ends it when it is revoked', async ({
  panel,
  server,
}) => {
  const view = await openSettings(panel)
  await expect(view).toContainText('No token was made.')
  await view.getByRole('button', { name: 'Create a token…' }).click()
  const form = view.getByRole('form', { name: 'New token' })
  await form.getByRole('textbox', { name: 'Name' }).fill('two words')
  await form.getByRole('button', { name: 'Create token' }).click()
  await expect(form.getByRole('alert').filter({ hasText: '1 to 64 letters' })).toBeVisible()
  await form.getByRole('textbox', { name: 'Name' }).fill('farm')
  await form.getByRole('button', { name: 'Create token' }).click()
  const made = view.getByRole('group', { name: 'New token' })
  const token = (await made.getByLabel('token', { exact: true }).textContent()) ?? ''
  expect(token).toMatch(/^bbt_[A-Za-z0-9_-]{43}$/)
  await made.getByRole('button', { name: 'I have it' }).click()
  await expect(view).not.toContainText(token)

  const program = await connectTo(
    { url: server.url, token },
    { name: 'farm', register: { client_uuid: 'f-1', client_type: 'llm', label: 'Farm' } },
  )
  await view.getByRole('button', { name: 'Revoke the token farm' }).click()
  const dialog = panel.getByRole('dialog', { name: 'Revoke the token farm' })
  await expect(dialog).toContainText('ends at once')
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await expect(view).toContainText('No token was made.')
  await expect(program.call('blender_list_available_clients')).rejects.toThrow()
  await program.vanish()
  await panel
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: /^Clients/ })
    .click()
  await expect(panel.getByRole('row', { name: /^Farm/ })).toHaveCount(0)
})

test('a program that is blocked by its name leaves the bus, and is refused in every session until it is lifted', async ({
  panel,
  connectClient,
}) => {
  const noisy = await connectClient({
    name: 'noisy',
    register: { client_uuid: 'n-1', client_type: 'llm', label: 'Noisy' },
  })
  const view = await openSettings(panel)
  await expect(view).toContainText('Nobody is blocked.')
  await view.getByRole('button', { name: 'Add a block…' }).click()
  const form = view.getByRole('form', { name: 'New block' })
  await form.getByRole('combobox', { name: 'The name that it gives' }).fill('noisy')
  await form.getByRole('textbox', { name: 'Reason' }).fill('too much')
  await form.getByRole('button', { name: 'Block', exact: true }).click()
  const blocks = view.getByRole('list', { name: 'Blocks' })
  await expect(blocks.getByRole('listitem')).toHaveText(/program\s*noisy\s*too much\s*until lifted/)
  const again = await connectClient({ name: 'Noisy' })
  for (const session of [noisy, again]) {
    expect(await session.call('blender_list_available_clients')).toMatchObject({
      status: 'error',
      error: 'blocked',
    })
  }
  await expect(blocks.getByRole('listitem')).toHaveText(
    /program\s*noisy\s*too much\s*refused 2 calls, last .*until lifted/,
  )
  await blocks.getByRole('button', { name: 'Lift the block of noisy' }).click()
  await expect(view).toContainText('Nobody is blocked.')
  await (await connectClient({ name: 'noisy' })).leave()
})

test('a setting is kept for the next start by the keyboard alone, and refused where it makes no sense', async ({
  panel,
  server,
}) => {
  await panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Settings' }).focus()
  await panel.keyboard.press('Enter')
  const view = panel.getByRole('main', { name: 'Settings' })
  const row = view.getByRole('form', { name: 'Idle sessions' })
  await expect(row).toContainText('In force: 1,800 s, the default.')
  await view.getByRole('searchbox', { name: 'Search settings' }).focus()
  await panel.keyboard.type('idle sessions')
  await panel.keyboard.press('Tab')
  await expect(row.getByRole('textbox')).toBeFocused()
  await panel.keyboard.type('soon')
  await panel.keyboard.press('Enter')
  await expect(row.getByRole('alert')).toHaveText('It takes a number of seconds from 1 to 2000000.')
  await panel.keyboard.press('ControlOrMeta+a')
  await panel.keyboard.type('600')
  await panel.keyboard.press('Enter')
  await expect(row).toContainText('In force: 1,800 s, the default. From the next start on: 600 s.')
  expect(JSON.parse(await readFile(join(server.dataDir, 'settings.json'), 'utf8'))).toEqual({
    version: 1,
    settings: { session_idle_seconds: 600 },
  })
  await row.getByRole('button', { name: 'Back to the default' }).press('Enter')
  await expect(row).not.toContainText('From the next start on')
})

test('a rule is refused at its field, added, edited and deleted', async ({ panel }) => {
  const view = await openSettings(panel)
  await view.getByRole('button', { name: 'Add a rule…' }).click()
  const form = view.getByRole('form', { name: 'New rule' })
  await form.getByRole('button', { name: 'Save rule' }).click()
  await expect(form.getByRole('alert').filter({ hasText: 'names a client' })).toHaveText(
    'A rule names a client, a token or a tool.',
  )
  await form.getByRole('combobox', { name: 'Client' }).fill('c-1')
  await form.getByRole('combobox', { name: 'What it may do' }).selectOption('allow everything')
  await form.getByRole('button', { name: 'Save rule' }).click()
  await expect(form.getByRole('alert').filter({ hasText: 'names a token too' })).toBeVisible()
  await form.getByRole('combobox', { name: 'What it may do' }).selectOption('reading only')
  await form.getByRole('button', { name: 'Save rule' }).click()
  const rules = view.getByRole('list', { name: 'Rules' })
  await expect(rules.getByRole('listitem')).toHaveText(/client c-1\s*reading only/)
  await rules.getByRole('button', { name: 'Edit the rule for client c-1' }).click()
  const edit = view.getByRole('form', { name: 'Edit rule' })
  await edit.getByRole('combobox', { name: 'What it may do' }).selectOption('deny everything')
  await edit.getByRole('button', { name: 'Save rule' }).click()
  await expect(rules.getByRole('listitem')).toHaveText(/client c-1\s*deny everything/)
  await rules.getByRole('button', { name: 'Delete the rule for client c-1' }).click()
  await expect(view).toContainText('There are no rules')
})
