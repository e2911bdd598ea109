import { expect, test } from './fixtures/panel-test.ts'

test('a person sees the code before it runs, and allows or denies it', async ({ panel, connectClient }) => {
  const heard: { job_id: string; payload: Record<string, unknown> }[] = []
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  const llm = await connectClient({
    scopes: ['bus', 'llm'],
    name: 'LM Studio',
    register: { client_uuid: 'llm-1', client_type: 'llm', label: 'Qwen' },
  })
  const link = panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Approvals/ })
  await link.click()
  const view = panel.getByRole('main', { name: 'Approvals' })
  await expect(view).toContainText('Nothing waits for you')

  const run = (code: string) => llm.call('blender_execute_code', { code })
  const dispatched = () => heard.filter(({ payload }) => payload['message_type'] === 'command_dispatch')
  const finish = async (index: number): Promise<void> => {
    await expect.poll(() => dispatched().length).toBe(index + 1)
    const job_id = dispatched()[index]?.job_id
    await blender.call('blender_job_update', { job_id, status: 'completed', result: '42' })
  }
  const card = view.getByRole('article', { name: 'Qwen wants blender_execute_code' })

  const first = run('import bpy  # look\nprint("one")')
  await expect(link).toContainText('1')
  await expect(card).toContainText('Atelier 1')
  await expect(card).toContainText('LM Studio 1.0.0')
  await expect(card.getByRole('region', { name: 'Code' })).toHaveText('import bpy  # look\nprint("one")')
  expect(dispatched()).toEqual([])
  // The words are explained where they stand.
  for (const [what, means] of [
    ['What the answers mean', 'until its session ends or somebody changes who has to ask'],
    ['What “program” means', 'Nothing checks it'],
    ['What “ask before changes” means', 'but not of the local token'],
  ] as const) {
    await view.getByTitle(what).click()
    await expect(panel.getByRole('dialog', { name: what })).toContainText(means)
    await panel.keyboard.press('Escape')
  }
  await panel
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: /^Clients/ })
    .click()
  await expect(panel.getByRole('row', { name: /^Qwen/ })).toContainText('waits for approval')
  await link.click()
  await card.getByRole('button', { name: 'Allow once' }).click()
  await finish(0)
  expect(await first).toMatchObject({ status: 'completed', result: '42' })
  await expect(card).toHaveCount(0)

  // By the keyboard alone: deny with a reason, then allow the session.
  const denied = run('import os')
  await card.focus()
  await panel.keyboard.press('d')
  await expect(card.getByRole('textbox', { name: 'Reason' })).toBeFocused()
  await panel.keyboard.type('No files')
  await panel.keyboard.press('Enter')
  expect(await denied).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('The operator denied it: No files.'),
  })
  await expect(card).toHaveCount(0)
  const third = run('print(3)')
  // A key right after an answer is meant for the card that was there: it is ignored, and pressed again.
  await expect(async () => {
    await card.focus({ timeout: 1_000 })
    await panel.keyboard.press('s')
    await expect(card).toHaveCount(0, { timeout: 1_000 })
  }).toPass()
  await finish(1)
  expect(await third).toMatchObject({ status: 'completed' })
  const fourth = run('print(4)')
  await finish(2)
  expect(await fourth).toMatchObject({ status: 'completed' })

  // The switch: from now on everybody asks, the session that was allowed too; then nobody does.
  const who = view.getByRole('group', { name: 'Ask before changes by' })
  await expect(who.getByRole('button', { name: 'LLM tokens' })).toHaveAttribute('aria-pressed', 'true')
  await who.getByRole('button', { name: 'Everybody' }).click()
  await expect(who.getByRole('button', { name: 'Everybody' })).toHaveAttribute('aria-pressed', 'true')
  const fifth = run('print(5)')
  await expect(card).toBeVisible()
  await who.getByRole('button', { name: 'Nobody' }).click()
  await finish(3)
  expect(await fifth).toMatchObject({ status: 'completed' })
  await llm.leave()
})

test('a program is allowed for an hour in all its windows, until that is taken back', async ({
  panel,
  connectClient,
}) => {
  const heard: { job_id: string; payload: Record<string, unknown> }[] = []
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  const open = (client_uuid: string) =>
    connectClient({
      scopes: ['bus', 'llm'],
      name: 'claude-code',
      register: { client_uuid, client_type: 'llm', label: client_uuid },
    })
  const window = await open('llm-1')
  const finish = async (index: number): Promise<void> => {
    const dispatched = () => heard.filter(({ payload }) => payload['message_type'] === 'command_dispatch')
    await expect.poll(() => dispatched().length).toBe(index + 1)
    const job_id = dispatched()[index]?.job_id
    await blender.call('blender_job_update', { job_id, status: 'completed', result: '42' })
  }
  await panel.evaluate(() => (location.hash = '#/approvals'))
  const view = panel.getByRole('main', { name: 'Approvals' })
  const card = view.getByRole('article', { name: 'llm-1 wants blender_execute_code' })
  const allowed = view.getByRole('region', { name: 'Allowed for now' })

  const first = window.call('blender_execute_code', { code: 'print(1)' })
  await expect(card).toBeVisible()
  await expect(allowed).toHaveCount(0)
  await view.getByTitle('What the answers mean').click()
  await expect(panel.getByRole('dialog', { name: 'What the answers mean' })).toContainText(
    'any window of this program',
  )
  await panel.keyboard.press('Escape')
  await card.getByRole('button', { name: 'For Claude Code, one hour' }).click()
  await finish(0)
  expect(await first).toMatchObject({ status: 'completed' })
  await expect(allowed).toContainText('Claude Code')
  await expect(allowed).toContainText('blender_execute_code')
  await expect(allowed).toContainText(/for (60|59) min more|for 1 h more/)

  const second = window.call('blender_execute_code', { code: 'print(2)' })
  await finish(1)
  expect(await second).toMatchObject({ status: 'completed' })
  await allowed.getByRole('button', { name: 'Take back blender_execute_code from Claude Code' }).click()
  await expect(allowed).toHaveCount(0)
  const third = window.call('blender_execute_code', { code: 'print(3)' })
  await expect(card).toBeVisible()
  // By the keyboard: the same answer.
  await expect(async () => {
    await card.focus({ timeout: 1_000 })
    await panel.keyboard.press('h')
    await expect(card).toHaveCount(0, { timeout: 1_000 })
  }).toPass()
  await finish(2)
  expect(await third).toMatchObject({ status: 'completed' })
  await expect(allowed).toContainText('Claude Code')
  await window.leave()
})
