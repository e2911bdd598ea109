/** Nothing faked: a server, a real Blender with the built add-on, an SDK client as the LLM, and the panel. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './fixtures/panel-test.ts'
import { blenderPath, startBlender } from './fixtures/real-blender.ts'

const blender = blenderPath()

test('an LLM works in a Blender that a person sees, inspects and unregisters', async ({
  panel,
  server,
  shell,
  connectClient,
}) => {
  test.skip(blender === null, 'No blender on the PATH: install it (Debian: apt-get install blender).')
  test.skip(shell !== 'browser', 'The browser shell shows it; the desktop differs in the panel alone.')
  test.setTimeout(120_000)
  const folder = await mkdtemp(join(tmpdir(), 'busbar-blender-'))
  const options = { folder, dataDir: server.dataDir, label: 'Atelier 1' }
  let running = await startBlender(blender ?? '', options)
  try {
    const persistent = panel.getByRole('region', { name: 'Persistent clients' })
    const row = persistent.getByRole('row', { name: /^Atelier 1, blender-.*, live/ })
    await expect(row).toBeVisible({ timeout: 30_000 })

    // The LLM names nobody: there is one Blender.
    const llm = await connectClient({ name: 'Model' })
    const ran = await llm.call('blender_execute_code', {
      code: 'bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = "Suzanne of the test"; bpy.context.object.name',
    })
    expect(ran).toMatchObject({
      status: 'completed',
      result: { stdout: '', stderr: '', value: "'Suzanne of the test'" },
      error: '',
    })
    const scene = await llm.call('blender_get_scene_info')
    expect(scene).toMatchObject({ status: 'completed', result: { object_count: 4 } })
    expect((scene.result as { objects: { name: string }[] }).objects.map((object) => object.name)).toContain(
      'Suzanne of the test',
    )
    await expect(
      panel.getByRole('region', { name: 'Ephemeral clients' }).getByRole('row', { name: /^Model, llm-/ }),
    ).toBeVisible()

    // The person looks inside: the record is the wire's, to the letter.
    await row.click()
    const inspector = panel.getByRole('complementary', { name: 'Inspector' })
    const listed = (await llm.call('blender_list_available_clients')) as {
      persistent: { uuid: string; pid: number; blender_version: string }[]
    }
    const [record] = listed.persistent
    expect(record?.pid).toBe(running.pid)
    await expect(inspector.getByText(`"uuid": "${record?.uuid ?? ''}"`)).toBeVisible()

    // Killing the Blender is seen.
    await running.kill()
    await expect(persistent.getByRole('row', { name: /^Atelier 1, blender-.*, disconnected/ })).toBeVisible()

    // Started again it takes up its uuid, and is unregistered with a block.
    running = await startBlender(blender ?? '', options)
    await expect(row).toBeVisible({ timeout: 30_000 })
    expect(await llm.call('blender_list_available_clients')).toMatchObject({
      persistent: [{ uuid: record?.uuid }],
    })
    await row.click()
    await inspector.getByRole('button', { name: 'Unregister…' }).click()
    const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('wrong file')
    await dialog.getByRole('combobox', { name: 'Block' }).selectOption({ label: '15 minutes' })
    await dialog.getByRole('button', { name: 'Unregister' }).click()
    await expect(row).toHaveCount(0)
    expect(await llm.call('blender_list_available_clients')).toMatchObject({ persistent: [] })

    // It ends by itself, says why, and stays away: another start under the same uuid is refused.
    await running.ended()
    expect(running.output()).toContain('wrong file')
    running = await startBlender(blender ?? '', options)
    await running.ended()
    expect(await llm.call('blender_list_available_clients')).toMatchObject({ persistent: [] })
    expect(await llm.call('blender_execute_code', { code: '1' })).toMatchObject({ status: 'no_target' })
    await expect(persistent.getByRole('row', { name: /blender-/ })).toHaveCount(0)
  } finally {
    await running.kill()
    await rm(folder, { recursive: true, force: true })
  }
})
