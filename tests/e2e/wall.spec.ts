import type { Locator, Page } from '@playwright/test'
import { pictureAnswer, pngPicture } from '../fixtures/picture.ts'
import { expect, test } from './fixtures/panel-test.ts'
import { connectPictureBlender } from './fixtures/picture-blender.ts'

const card = (panel: Page, name: RegExp) => panel.getByRole('row', { name })
async function placeOf(thing: Locator) {
  const box = await thing.boundingBox()
  if (box === null) throw new Error('It is not drawn.')
  return box
}
const showWall = (panel: Page) => panel.getByRole('button', { name: 'Wall', exact: true }).click()

test('the wall shows each Blender with its picture, and opens it in the inspector', async ({
  panel,
  connectClient,
}) => {
  await connectPictureBlender(connectClient, {
    client_uuid: 'b-1',
    label: 'Atelier 1',
    blend_file: '/projects/shot_040.blend',
    group_id: 'farm',
  })
  await connectClient({ name: 'model', register: { client_uuid: 'l', client_type: 'llm', label: 'Model' } })
  await showWall(panel)
  await expect(panel).toHaveURL(/#\/wall$/)
  const atelier = panel
    .getByRole('region', { name: 'Blenders' })
    .getByRole('row', { name: /^Atelier 1, b-1, live/ })
  await expect(atelier).toContainText('shot_040.blend')
  await expect(atelier).toContainText('farm')
  await expect(atelier.getByRole('img', { name: 'What Atelier 1 shows' })).toHaveJSProperty(
    'naturalWidth',
    320,
  )
  await expect(atelier.getByText(/^viewport, /)).toBeVisible()
  await expect(
    panel.getByRole('region', { name: 'Other clients' }).getByRole('row', { name: /^Model/ }),
  ).toContainText('nothing yet')

  await atelier.click()
  await expect(panel.getByRole('complementary', { name: 'Inspector' })).toContainText('"uuid": "b-1"')
  await expect(atelier).toHaveAttribute('aria-selected', 'true')

  // It is remembered, and the table is one press away.
  await panel.reload()
  await expect(card(panel, /^Atelier 1/)).toBeVisible()
  await panel.getByRole('button', { name: 'Table', exact: true }).click()
  await expect(panel.getByRole('row', { name: /^Atelier 1/ })).toBeVisible()
  await expect(panel).toHaveURL(/#\/clients$/)
})

test('addresses open the wall, and a client on it', async ({ panel, connectClient }) => {
  await connectPictureBlender(connectClient, { client_uuid: 'b-1', label: 'Atelier 1' })
  await expect(panel.getByRole('row', { name: /^Atelier 1/ })).toBeVisible()
  await panel.evaluate(() => (location.hash = '#/wall/b-1'))
  await expect(card(panel, /^Atelier 1/)).toHaveAttribute('aria-selected', 'true')
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector).toBeVisible()
  await panel.keyboard.press('Escape')
  await panel.evaluate(() => (location.hash = '#/clients/b-1'))
  await expect(inspector).toBeVisible()
  await expect(card(panel, /^Atelier 1/)).toBeVisible()
})

test('a job between a program and a Blender stands on both cards, with a line between them', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectPictureBlender(connectClient, { client_uuid: 'b-1', label: 'Atelier 1' })
  const model = await connectClient({
    name: 'model',
    register: { client_uuid: 'l', client_type: 'llm', label: 'Model' },
  })
  await showWall(panel)
  const lines = panel.locator('svg path[class*="wire"]')
  await expect(card(panel, /^Model/)).toBeVisible()
  await expect(lines).toHaveCount(0)
  await model.call('blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id: 'j', command: 'render_image', params: {} },
    target_uuid: 'b-1',
  })
  await blender.call('blender_job_update', { job_id: 'j', status: 'running', progress: 0.62 })
  await expect(card(panel, /^Atelier 1, b-1, busy/)).toContainText('for Model')
  await expect(card(panel, /^Atelier 1/).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '62')
  await expect(card(panel, /^Model/)).toContainText('Atelier 1')
  await expect(lines).toHaveCount(1)
  // It leads from the one card to the other.
  const from = await placeOf(card(panel, /^Model/))
  const to = await placeOf(card(panel, /^Atelier 1/))
  const line = await placeOf(lines)
  expect(Math.abs(line.x - (from.x + from.width))).toBeLessThan(3)
  expect(line.x + line.width).toBeGreaterThan(to.x)
  expect(
    Math.abs(Math.max(line.y + line.height, to.y) - Math.max(to.y, from.y + from.height / 2)),
  ).toBeLessThan(8)

  await panel.emulateMedia({ reducedMotion: 'reduce' })
  expect(await lines.evaluate((path) => getComputedStyle(path).animationName)).toBe('none')
  await blender.call('blender_job_update', { job_id: 'j', status: 'completed' })
  await expect(lines).toHaveCount(0)
})

test('filter, selection, menu and keys are those of the table', async ({ panel, connectClient }) => {
  for (const n of [1, 2, 3, 4, 5]) {
    await connectPictureBlender(connectClient, {
      client_uuid: `b-${n}`,
      label: `Atelier ${n}`,
      group_id: n < 3 ? 'farm' : null,
    })
  }
  const model = await connectClient({
    name: 'model',
    register: { client_uuid: 'l', client_type: 'llm', label: 'Model' },
  })
  await showWall(panel)
  await card(panel, /^Atelier 1/).focus()
  await panel.keyboard.press('ArrowRight')
  await expect(card(panel, /^Atelier 2/)).toBeFocused()
  await panel.keyboard.press('ArrowLeft')
  await panel.keyboard.press('ArrowLeft')
  await expect(card(panel, /^Model/)).toBeFocused()
  await panel.keyboard.press('ArrowRight')
  await expect(card(panel, /^Atelier 1/)).toBeFocused()
  await panel.keyboard.press('ArrowDown')
  await expect(card(panel, /^Atelier [45]/).and(panel.locator(':focus'))).toBeVisible()
  await panel.keyboard.press('Home')
  await panel.keyboard.press('Shift+ArrowRight')
  await panel.keyboard.press('Shift+ArrowRight')
  await expect(panel.getByText('3 selected')).toBeVisible()
  await card(panel, /^Atelier 2/).click({ modifiers: ['ControlOrMeta'] })
  await expect(panel.getByText('2 selected')).toBeVisible()
  await panel.keyboard.press('Delete')
  const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
  await expect(dialog).toBeVisible()
  await panel.keyboard.press('Escape')

  await card(panel, /^Atelier 5/).focus()
  await panel.keyboard.press('Enter')
  await expect(panel.getByRole('tab', { name: 'Record' })).toBeFocused()
  await panel.keyboard.press('Escape')
  await expect(card(panel, /^Atelier 5/)).toBeFocused()
  await card(panel, /^Atelier 4/).click({ button: 'right' })
  await expect(panel.getByRole('menuitem', { name: 'Copy uuid' })).toBeVisible()
  await panel.keyboard.press('Escape')

  await panel.getByRole('searchbox', { name: 'Search clients' }).fill('group:farm')
  await expect(panel.getByRole('row')).toHaveCount(2)
  await panel.getByRole('searchbox', { name: 'Search clients' }).fill('')
  await model.vanish()
  await panel.getByRole('button', { name: /^busy/ }).click()
  await expect(panel.getByText('No Blender passes the filter.')).toBeVisible()
  await panel.getByRole('button', { name: 'Show all' }).click()
  await expect(card(panel, /^Atelier 1/)).toBeVisible()
})

test('groups stand under headings on the wall as in the tables', async ({ panel, connectClient }) => {
  const blenders = await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      connectPictureBlender(connectClient, {
        client_uuid: `b-${n}`,
        label: `Atelier ${n}`,
        group_id: n % 2 === 1 ? 'odd' : 'even',
      }),
    ),
  )
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('dialog', { name: 'View' }).getByLabel('Group by').selectOption('group')
  await panel.keyboard.press('Escape')
  await showWall(panel)
  const wall = panel.getByRole('grid', { name: 'Blenders' })
  const rows = () => wall.getByRole('row').evaluateAll((all) => all.map((row) => row.ariaRowIndex))
  const even = wall.getByRole('row', { name: 'even 2', exact: true })
  await expect(even).toBeVisible()
  await expect(wall.getByRole('row', { name: 'odd 3', exact: true })).toBeVisible()
  expect(await rows()).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  await expect(wall).toHaveAttribute('aria-rowcount', '7')

  await even.getByRole('button').click()
  await expect(wall.getByRole('row', { selected: true })).toHaveCount(2)
  await card(panel, /^Atelier 5/).focus()
  await panel.keyboard.press('Control+Shift+A')
  await expect(wall.getByRole('row', { selected: true })).toHaveCount(3)

  // Atelier 2 and 4 stand above 1 and 3, with the other heading between them.
  await card(panel, /^Atelier 2/).focus()
  await panel.keyboard.press('ArrowDown')
  await expect(card(panel, /^Atelier 1/)).toBeFocused()
  await panel.keyboard.press('ArrowUp')
  await expect(card(panel, /^Atelier 2/)).toBeFocused()
  await panel.keyboard.press('ArrowRight')
  await panel.keyboard.press('ArrowRight')
  await expect(card(panel, /^Atelier 1/)).toBeFocused()

  // Its card goes to the other group with the focus on it.
  await blenders[0]?.call('blender_register_client', {
    client_uuid: 'b-1',
    client_type: 'blender',
    is_persistent: true,
    label: 'Atelier 1',
    group_id: 'even',
  })
  await expect(wall.getByRole('row', { name: 'even 3', exact: true })).toBeVisible()
  await expect(card(panel, /^Atelier 1/)).toBeFocused()
  const heading = await placeOf(wall.getByRole('row', { name: 'even 3' }))
  const first = await placeOf(card(panel, /^Atelier 1/))
  expect(first.y).toBeGreaterThanOrEqual(heading.y + heading.height)
})

test('the View menu of the wall groups and sorts the cards, sizes them, and keeps views of the wall', async ({
  panel,
  connectClient,
}) => {
  for (const n of [1, 2, 3]) {
    await connectPictureBlender(connectClient, {
      client_uuid: `b-${n}`,
      label: `Atelier ${n}`,
      group_id: n === 2 ? 'desk' : 'farm',
    })
  }
  await connectClient({ name: 'a', register: { client_uuid: 'l-1', client_type: 'llm', label: 'Model 1' } })
  await connectClient({ name: 'b', register: { client_uuid: 'l-2', client_type: 'llm', label: 'Model 2' } })
  await showWall(panel)
  const names = (region: string) =>
    panel
      .getByRole('region', { name: region })
      .getByRole('row', { name: /, [bl]-/ })
      .evaluateAll((rows) =>
        rows
          .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
          .map((row) => row.ariaLabel?.split(',')[0]),
      )
  await expect.poll(() => names('Blenders')).toEqual(['Atelier 1', 'Atelier 2', 'Atelier 3'])

  await panel.getByRole('button', { name: 'View', exact: true }).click()
  const view = panel.getByRole('dialog', { name: 'View' })
  await expect(view.getByRole('checkbox')).toHaveCount(0)
  await view.getByRole('combobox', { name: 'Direction' }).selectOption('descending')
  await expect.poll(() => names('Blenders')).toEqual(['Atelier 3', 'Atelier 2', 'Atelier 1'])
  await expect.poll(() => names('Other clients')).toEqual(['Model 2', 'Model 1'])
  await view.getByRole('combobox', { name: 'Sort by' }).selectOption('Group')
  await expect.poll(() => names('Blenders')).toEqual(['Atelier 1', 'Atelier 3', 'Atelier 2'])
  await view.getByRole('combobox', { name: 'Group by' }).selectOption('group')
  await expect(panel.getByRole('row', { name: 'desk 1', exact: true })).toBeVisible()

  const width = async () => (await placeOf(card(panel, /^Atelier 1/))).width
  await view.getByRole('button', { name: 'large cards' }).click()
  await expect.poll(width).toBeGreaterThan(350)
  await view.getByRole('button', { name: 'small cards' }).click()
  await expect.poll(width).toBeLessThan(200)
  await view.getByRole('textbox', { name: 'Name' }).fill('Farm wall')
  await view.getByRole('button', { name: 'Save view' }).click()
  await view.getByRole('button', { name: 'As at first' }).click()
  await expect.poll(width).toBeGreaterThan(200)
  await expect(view.getByRole('combobox', { name: 'Sort by' })).toHaveValue('client')
  await expect.poll(() => names('Blenders')).toEqual(['Atelier 1', 'Atelier 2', 'Atelier 3'])
  await panel.keyboard.press('Escape')

  // From the tables it leads back to the wall, and says so before.
  await panel.getByRole('button', { name: 'Table', exact: true }).click()
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await expect(view.getByRole('listitem').getByRole('img', { name: 'of the wall' })).toBeVisible()
  await view.getByRole('button', { name: 'Farm wall', exact: true }).click()
  await expect(panel.getByRole('row', { name: 'desk 1', exact: true })).toBeVisible()
  await expect(panel.getByRole('region', { name: 'Blenders' })).toBeVisible()
  await expect(panel).toHaveURL(/#\/wall$/)
  await panel.keyboard.press('Escape')

  // Where the tables are sorted each by its own, the wall says that.
  await panel.getByRole('button', { name: 'Table', exact: true }).click()
  const header = panel
    .getByRole('grid', { name: 'Ephemeral clients' })
    .getByRole('columnheader', { name: 'Job' })
  await header.getByRole('button').click()
  await showWall(panel)
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await expect(view.getByRole('combobox', { name: 'Sort by' })).toHaveValue('')
  await expect(view.getByRole('combobox', { name: 'Direction' })).toBeDisabled()
})

test('of 400 Blenders only those in sight are in the page and are asked, a few at a time', async ({
  panel,
  connectClient,
}) => {
  test.setTimeout(90_000)
  const asked = new Set<string>()
  let onTheirWay = 0
  let most = 0
  const answer = pictureAnswer(pngPicture(64, 40))
  const farm = await connectClient({
    name: 'farm',
    onMessage(data) {
      const { job_id, target_uuid, payload } = data as {
        job_id: string
        target_uuid: string
        payload: { command?: string }
      }
      if (payload.command !== 'get_viewport_screenshot') return
      asked.add(target_uuid)
      onTheirWay += 1
      most = Math.max(most, onTheirWay)
      setTimeout(() => {
        onTheirWay -= 1
        void farm
          .call('blender_job_update', { job_id, status: 'completed', result: answer })
          .catch(() => undefined)
      }, 50)
    },
  })
  for (let n = 0; n < 400; n += 1) {
    const name = `node-${String(n).padStart(3, '0')}`
    await farm.call('blender_register_client', {
      client_uuid: name,
      client_type: 'blender',
      is_persistent: true,
    })
  }
  await showWall(panel)
  await expect(panel.getByRole('region', { name: 'Blenders' })).toContainText('400')
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('button', { name: 'small cards' }).click()
  await panel.keyboard.press('Escape')
  const images = panel.getByRole('row').getByRole('img')
  const cards = await panel.getByRole('row').count()
  expect(cards).toBeLessThan(80)
  await expect.poll(() => images.count()).toBeGreaterThan(10)
  await panel.getByRole('grid', { name: 'Blenders' }).evaluate((grid) => (grid.scrollTop = grid.scrollHeight))
  await expect(card(panel, /^node-399/).getByRole('img')).toBeVisible()
  expect(most).toBeLessThanOrEqual(3)
  expect(asked.size).toBeLessThan(160)
  expect(asked.has('node-200')).toBe(false)
})

test('a card without a picture says why, and asks again as soon as it can', async ({
  panel,
  connectClient,
}) => {
  const register = { capabilities: ['headless'], client_uuid: 'b-1', label: 'Node' }
  const windowless = await connectPictureBlender(connectClient, register)
  const working = await connectPictureBlender(connectClient, { client_uuid: 'b-2', label: 'Atelier' })
  const broken = await connectPictureBlender(connectClient, { client_uuid: 'b-3', label: 'Broken' })
  broken.answerWith({ error: 'RuntimeError: no context' })
  const model = await connectClient({ name: 'model', register: { client_uuid: 'l', client_type: 'llm' } })
  await model.call('blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id: 'j', command: 'render_image', params: {} },
    target_uuid: 'b-2',
  })
  await expect(card(panel, /^Atelier, b-2, busy/)).toBeVisible()
  await showWall(panel)
  await expect(card(panel, /^Node/)).toContainText('No window.')
  await expect(card(panel, /^Atelier/)).toContainText('No picture is taken while it runs a job.')
  await expect(card(panel, /^Broken/)).toContainText('RuntimeError: no context')
  expect([windowless.asked(), working.asked()]).toEqual([0, 0])
  await working.call('blender_job_update', { job_id: 'j', status: 'completed' })
  await expect(card(panel, /^Atelier/).getByRole('img')).toBeVisible()

  // One that has a picture says that it got no newer one, and why on hover.
  working.answerWith({ error: 'RuntimeError: window lost' })
  await panel.getByRole('button', { name: 'Refresh the pictures in sight' }).click()
  await expect(card(panel, /^Atelier/).getByTitle('RuntimeError: window lost')).toHaveText(
    ', the next one failed',
  )
  await working.vanish()
  await broken.vanish()
  await expect(card(panel, /^Broken, b-3, disconnected/)).toContainText('Not connected.')
  await expect(card(panel, /^Atelier/).getByRole('img')).toBeVisible()
})

test('in a low window with large text the wall is scrolled as a whole, and the keyboard leads to what is out of sight', async ({
  panel,
  connectClient,
}) => {
  await connectPictureBlender(connectClient, { client_uuid: 'b-1', label: 'Atelier 1' })
  await connectClient({ name: 'model', register: { client_uuid: 'l', client_type: 'llm', label: 'Model' } })
  await showWall(panel)
  await expect(card(panel, /^Atelier 1/)).toBeVisible()
  await panel.setViewportSize({ width: 900, height: 600 })
  await panel.evaluate(() => (document.documentElement.style.zoom = '2'))
  expect((await placeOf(panel.getByRole('grid', { name: 'Blenders' }))).height).toBeGreaterThan(300)
  await card(panel, /^Atelier 1/).focus()
  await panel.keyboard.press('ArrowDown')
  await expect(card(panel, /^Model/)).toBeFocused()
  await expect(card(panel, /^Model/)).toBeInViewport({ ratio: 0.9 })
  await panel.keyboard.press('ArrowUp')
  await expect(card(panel, /^Atelier 1/)).toBeInViewport()
})

test('an empty wall says what to do next', async ({ panel }) => {
  await showWall(panel)
  await expect(panel.getByRole('region', { name: 'Blenders' })).toContainText('bpy.ops.busbar.serve()')
  await expect(panel.getByRole('link', { name: 'Connect one' })).toBeVisible()
})

test('a lost connection is seen on the wall', async ({ panel, server, shell, problems, connectClient }) => {
  test.skip(shell !== 'browser', 'The desktop window ends with its server.')
  problems.expect(/WebSocket|ERR_CONNECTION/)
  await showWall(panel)
  await connectPictureBlender(connectClient, { client_uuid: 'b-1', label: 'Atelier 1' })
  await expect(card(panel, /^Atelier 1, b-1, live/).getByRole('img')).toBeVisible()
  await server.stop()
  await expect(card(panel, /^Atelier 1, b-1, not live/)).toBeVisible()
  await expect(card(panel, /^Atelier 1/).getByRole('img')).toBeVisible()
})
