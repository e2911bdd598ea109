import { expectNothingSerious } from './fixtures/nothing-serious.ts'
import { expect, test } from './fixtures/panel-test.ts'

test('what a client may do is said, changed where it stands, and holds for a real client at once', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => {
      const { job_id, payload } = data as { job_id: string; payload: Record<string, unknown> }
      if (payload['message_type'] !== 'command_dispatch') return
      void blender.call('blender_job_update', { job_id, status: 'completed', result: '42' })
    },
  })
  const llm = await connectClient({ name: 'model', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const run = () => llm.call('blender_execute_code', { code: '1', target: 'b-1' })

  await panel.getByRole('row', { name: /^Atelier 1/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('tab', { name: 'Policy' }).click()
  const tab = inspector.getByRole('tabpanel', { name: 'Policy' })
  const rules = tab.getByRole('region', { name: 'Rules for this client' })
  await expect(tab).toContainText('the default: no rule fits it')
  await expect(rules).toContainText('None.')
  expect(JSON.stringify(await run())).toContain('completed')

  // By the keyboard alone.
  const form = tab.getByRole('form', { name: 'Set a rule' })
  await form.getByRole('combobox', { name: 'From now on' }).selectOption('reading only')
  await form.getByRole('button', { name: 'Set rule' }).press('Enter')
  await expect(rules.getByRole('listitem')).toContainText('reading only')
  await expect(tab).toContainText('the rule for client b-1')
  expect(JSON.stringify(await run())).toContain('policy does not allow it')

  await expectNothingSerious(panel, 'a rule')

  // Another one takes its place, and one that allows names the token that it came with.
  await form.getByRole('combobox', { name: 'From now on' }).selectOption('allow everything')
  await expect(form).toContainText('any program may call itself by this uuid')
  await form.getByRole('button', { name: 'Set rule' }).click()
  await expect(rules.getByRole('listitem')).toHaveCount(1)
  await expect(rules.getByRole('listitem')).toContainText('with the token')
  expect(JSON.stringify(await run())).toContain('completed')
  await rules.getByRole('button', { name: /^Remove the rule/ }).click()
  await expect(rules).toContainText('None.')

  await tab.getByRole('button', { name: 'Block this client…' }).click()
  const block = tab.getByRole('form', { name: /block/i })
  await block.getByRole('button', { name: 'Block', exact: true }).click()
  await expect(panel.getByRole('row', { name: /^Atelier 1/ })).toHaveCount(0)
})
