import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

const hostile = '<img src=x onerror=alert(1)>\u202e "quoted", ملف'

const openActivity = (panel: Page) =>
  panel
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: 'Activity', exact: true })
    .click()

test('the log shows who came, what passed and how jobs ended, as it happens, and finds it again', async ({
  panel,
  connectClient,
}) => {
  await openActivity(panel)
  const view = panel.getByRole('main', { name: 'Activity' })
  const grid = view.getByRole('grid', { name: 'Activity, oldest first' })
  const row = (name: RegExp) => grid.getByRole('row', { name })
  await expect(row(/server started/)).toHaveCount(1)
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
  })
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm', label: hostile },
  })
  await expect(row(/registered/)).toHaveCount(2)
  await llm.call('blender_send_message', {
    payload: {
      message_type: 'command_dispatch',
      job_id: 'job-1',
      command: 'execute_code',
      params: { code: 'lamp' },
    },
    target_uuid: 'b-1',
    priority: 'critical',
  })
  const error = 'Traceback\n  line 1\nKeyError: "Key light"'
  await blender.call('blender_job_update', { job_id: 'job-1', status: 'failed', error })
  await expect(row(/job failed, execute_code/)).toContainText('KeyError: "Key light"')
  await expect(row(/message, command_dispatch/)).toContainText('critical')
  // What a client chose is shown as text, and its direction stays with it.
  await expect(grid).toContainText('<img src=x onerror=alert(1)>')
  await expect(panel.locator('img[src="x"]')).toHaveCount(0)

  await row(/message, command_dispatch/).click()
  const entry = panel.getByRole('complementary', { name: 'Entry' })
  await expect(entry.getByRole('region', { name: 'Payload' })).toContainText('"code": "lamp"')
  await expect(entry.getByRole('list', { name: 'Deliveries' })).toHaveText('Atelier 1sent')
  await expect(entry).toContainText('direct')
  await panel.keyboard.press('Escape')
  await expect(entry).toHaveCount(0)
  await expect(row(/message, command_dispatch/)).toBeFocused()
  await panel.keyboard.press('ArrowUp')
  await panel.keyboard.press('Enter')
  await expect(entry).toBeVisible()
  await panel.keyboard.press('Escape')

  const kinds = view.getByRole('group', { name: 'Show kinds' })
  await kinds.getByRole('button', { name: 'Jobs' }).click()
  await expect(grid.getByRole('row')).toHaveCount(1)
  await kinds.getByRole('button', { name: 'All' }).click()
  await view.getByRole('combobox', { name: 'At least as urgent as' }).selectOption('critical and up')
  await expect(grid.getByRole('row')).toHaveCount(1)
  await view.getByRole('button', { name: 'Clear filter' }).click()
  await view.getByRole('searchbox', { name: 'Search activity' }).fill('lamp')
  await expect(grid.getByRole('row')).toHaveCount(1)
  await view.getByRole('searchbox', { name: 'Search activity' }).fill('not there')
  await expect(view).toContainText('Nothing that is kept matches')
  await view.getByRole('searchbox', { name: 'Search activity' }).press('Escape')
  await view.getByRole('combobox', { name: 'Only of a client' }).fill('b-1')
  await view.getByRole('combobox', { name: 'Only of a client' }).press('Enter')
  await expect(row(/session opened/)).toHaveCount(0)
  await expect(row(/message/)).toHaveCount(2)

  // The job, and from there back by a deep link to the client's log.
  await row(/job failed/)
    .getByRole('link', { name: 'execute_code' })
    .click()
  await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('Key light')
  await panel.evaluate(() => (location.hash = '#/activity/client/llm-1'))
  await expect(row(/registered/)).toHaveCount(1)
  await expect(row(/message, command_dispatch/)).toHaveCount(1)
})

test('it pauses when it is scrolled up, counts what is new, jumps to a time, and follows again', async ({
  panel,
  connectClient,
}) => {
  test.slow()
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const send = (n: number) =>
    llm.call('blender_send_message', { payload: { message_type: `note-${String(n)}` }, target_uuid: 'llm-1' })
  await Promise.all(Array.from({ length: 259 }, (_, n) => send(n)))
  await send(259)
  await openActivity(panel)
  const view = panel.getByRole('main', { name: 'Activity' })
  const grid = view.getByRole('grid', { name: 'Activity, oldest first' })
  await expect(grid.getByRole('row', { name: /note-259/ })).toBeVisible()
  await expect(view).toContainText('Following the newest')
  await send(260)
  await expect(grid.getByRole('row', { name: /note-260/ })).toBeVisible()

  await grid.hover()
  await panel.mouse.wheel(0, -1500)
  await expect(view.getByRole('button', { name: 'Follow' })).toBeVisible()
  const top = () => grid.evaluate((element) => element.scrollTop)
  // Older entries come in above, and what is in sight stays where it is.
  await expect(view).toContainText('Paused')
  for (let n = 261; n < 264; n += 1) await send(n)
  await expect(view.getByRole('button', { name: '3 new' })).toBeVisible()
  const before = await top()
  await send(264)
  await expect(view.getByRole('button', { name: '4 new' })).toBeVisible()
  expect(await top()).toBe(before)
  await view.getByRole('button', { name: '4 new' }).click()
  await expect(grid.getByRole('row', { name: /note-264/ })).toBeVisible()

  // A moment long ago: the log stands at its beginning, and the way back leads to the newest.
  await view.getByRole('button', { name: 'Time', exact: true }).click()
  await panel.getByRole('dialog', { name: 'Time' }).getByRole('button', { name: '1 day ago' }).click()
  await expect(grid.getByRole('row', { name: /server started/ })).toBeVisible()
  await expect(view).toContainText('Paused')
  await grid.getByRole('row').first().focus()
  await panel.keyboard.press('End')
  await expect(grid.getByRole('row', { name: /note-264/ })).toBeVisible()
  await panel.keyboard.press('f')
  await expect(view).toContainText('Paused')
  await panel.keyboard.press('f')
  await expect(view).toContainText('Following the newest')

  // In a window of another size rows have another height: they stand without gaps, and the newest stays in sight.
  const newest = grid.getByRole('row', { name: /note-264/ })
  for (const width of [900, 1280]) {
    await panel.setViewportSize({ width, height: 600 })
    await expect(newest).toBeInViewport()
    const [above, last] = [
      await grid.getByRole('row', { name: /note-263/ }).boundingBox(),
      await newest.boundingBox(),
    ]
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeCloseTo(last?.y ?? 0, 0)
    await expect(view).toContainText('Following the newest')
  }
})

test('what the filter finds is exported as JSON lines and as CSV that no spreadsheet computes', async ({
  panel,
  connectClient,
}) => {
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm', label: '=cmd|calc' },
  })
  for (const message_type of ['=1+1', 'plain "quoted", text']) {
    await llm.call('blender_send_message', { payload: { message_type }, target_uuid: 'llm-1' })
  }
  await openActivity(panel)
  const view = panel.getByRole('main', { name: 'Activity' })
  await view.getByRole('group', { name: 'Show kinds' }).getByRole('button', { name: 'Messages' }).click()
  await expect(view.getByRole('grid').getByRole('row')).toHaveCount(2)
  await view.getByRole('button', { name: 'Export', exact: true }).click()
  const menu = panel.getByRole('dialog', { name: 'Export' })
  const save = async (name: string) => {
    const download = panel.waitForEvent('download')
    await menu.getByRole('button', { name }).click()
    const file = await download
    await expect(menu.getByRole('status')).toContainText('2 entries in busbar-activity-')
    return readFile(await file.path(), 'utf8')
  }
  const lines = (await save('Export JSON lines')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      kind: 'message',
      text: '=1+1',
      client: 'llm-1',
      clientName: '=cmd|calc',
      message: { targets: ['llm-1'] },
    },
    { kind: 'message', text: 'plain "quoted", text', client: 'llm-1', priority: 6 },
  ])
  const rows = (await save('Export CSV')).split('\r\n')
  expect(rows[0]).toMatch(/^\uFEFFid,time,kind,priority,user,client,client_name,by,text,count,targets,/)
  expect(rows[1]).toMatch(/,message,info,local,llm-1,"'=cmd\|calc",client,"'=1\+1",1,llm-1,1,/)
  expect(rows[2]).toContain(',"plain ""quoted"", text",')
  expect(rows).toHaveLength(4)
})

test('the inspector has the activity of its client, and charts say in words what they draw', async ({
  panel,
  connectClient,
}) => {
  await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', label: 'Atelier 1' },
  })
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  await panel.getByRole('row', { name: /^Atelier 1/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('tab', { name: 'Activity' }).click()
  const grid = inspector.getByRole('grid', { name: 'Activity of this client, oldest first' })
  await expect(grid.getByRole('row')).toHaveCount(1)
  await llm.call('blender_send_message', { payload: { message_type: 'greeting', n: 1 }, target_uuid: 'b-1' })
  await expect(grid.getByRole('row', { name: /message, greeting/ })).toContainText('llm-1')
  await grid.getByRole('row', { name: /message, greeting/ }).click()
  const entry = inspector.getByRole('region', { name: 'Entry' })
  await expect(entry.getByRole('region', { name: 'Payload' })).toContainText('"n": 1')
  await entry.getByRole('link', { name: 'Show under Activity' }).click()
  await expect(panel.getByRole('complementary', { name: 'Entry' })).toContainText('"n": 1')
  const charts = panel.getByRole('region', { name: 'Charts' })
  await expect(
    charts.getByRole('img', { name: 'Messages handed to their targets in the last minute: 1.' }),
  ).toBeVisible()
  await charts.getByRole('button', { name: '15 min' }).click()
  await expect(
    charts.getByRole('img', { name: /From dispatch to end. No job ended in the last 15 minutes/ }),
  ).toBeVisible()
})

test('what is on screen when the connection is lost is not shown as live', async ({
  panel,
  server,
  problems,
  shell,
}) => {
  test.skip(shell === 'desktop', 'A desktop window goes with its server.')
  problems.expect(/WebSocket|ERR_CONNECTION/)
  await openActivity(panel)
  const view = panel.getByRole('main', { name: 'Activity' })
  await expect(view.getByRole('row', { name: /server started/ })).toBeVisible()
  await server.stop()
  await expect(view).toContainText('Not live')
  await expect(view.getByRole('button', { name: 'Pause' })).toBeDisabled()
})
