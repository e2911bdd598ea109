/**
 * Every view and every dialog, in both themes. The views are those of the router: one that is added there and not
 * here does not compile, and fails the first test.
 */
import type { Page } from '@playwright/test'
import { views, type View } from '../../src/renderer/panel/router.ts'
import { expectNothingSerious, seriousFindings } from './fixtures/nothing-serious.ts'
import { clientOnPage } from './fixtures/panel-words.ts'
import { expect, test, type PanelFixtures } from './fixtures/panel-test.ts'
import { connectPictureBlender } from './fixtures/picture-blender.ts'

type World = Pick<PanelFixtures, 'connectClient'>

/** Clients in every state that can be had at once, jobs that run, failed and ended, a block, and a request that waits. */
async function populate({ connectClient }: World): Promise<void> {
  const blender = (client_uuid: string, more: object) => ({
    client_uuid,
    client_type: 'blender',
    is_persistent: true,
    ...more,
  })
  const farm = await connectClient({
    name: 'farm',
    register: blender('b-1', { label: 'Atelier 1', group_id: 'farm', blend_file: 'C:\\shots\\b.blend' }),
  })
  await farm.call('blender_register_client', blender('b-2', { label: '<b>&amp;</b>\u202e evil' }))
  const lost = await connectClient({ name: 'lost', register: blender('b-3', { label: 'Farm 04' }) })
  await lost.vanish()
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const dispatch = (job_id: string) =>
    llm.call('blender_send_message', {
      payload: { message_type: 'command_dispatch', job_id, command: 'render_image', params: { frame: 1 } },
      target_uuid: 'b-1',
    })
  for (const [job, end] of [
    ['fails', { status: 'failed', error: 'Traceback\nRuntimeError: no camera' }],
    ['ends', { status: 'completed', result: '{"frames":1}' }],
    ['runs', { status: 'running', progress: 0.5 }],
  ] as const) {
    await dispatch(job)
    await farm.call('blender_job_update', { job_id: job, ...end })
  }
  await dispatch('waits')
  const asking = await connectClient({
    scopes: ['bus', 'llm'],
    name: 'LM Studio',
    register: { client_uuid: 'llm-2', client_type: 'llm', label: 'Qwen' },
  })
  void asking
    .call('blender_execute_code', { code: 'import bpy  # look\nprint("one")', target: 'b-1' })
    .catch(() => undefined)
}

/** Goes to a view, and waits until it is that view which is there, with what it has to fetch. */
async function go(panel: Page, view: View): Promise<void> {
  await panel.evaluate((fragment) => (location.hash = fragment), `#/${view}`)
  const main = panel.getByRole('main', { name: new RegExp(`^${view}$`, 'i') })
  await expect(main).toBeVisible()
  if (view === 'activity') await expect(main.getByRole('row').first()).toBeVisible()
  if (view === 'connect') await expect(main.getByRole('button', { name: 'Copy URL' })).toBeEnabled()
  if (view === 'settings') await expect(main.getByRole('form', { name: 'Idle sessions' })).toBeVisible()
}

/** Looks at one view in all its states; each look has a name. */
type Walk = (panel: Page, look: (what: string, part?: string) => Promise<void>) => Promise<void>

/** What opens over a view that was looked at, as selectors. */
const popover = ':popover-open'
const menu = '[role="menu"]'
const dialog = 'dialog[open]'
const pane = 'aside'

/** Opens something by its button, looks at it, and closes it by Escape. */
async function opened(panel: Page, button: string, look: () => Promise<void>): Promise<void> {
  await panel.getByRole('button', { name: button, exact: true }).click()
  await look()
  await panel.keyboard.press('Escape')
}

const walks: Record<View, Walk> = {
  async clients(panel, look) {
    await look('the list')
    await panel.getByRole('searchbox', { name: 'Search clients' }).pressSequentially('t')
    await look('suggestions')
    await panel.getByRole('searchbox', { name: 'Search clients' }).fill('')
    await panel.getByRole('button', { name: 'View', exact: true }).click()
    const view = panel.getByRole('dialog', { name: 'View' })
    await view.getByRole('checkbox', { name: 'Sent' }).check()
    await view.getByRole('checkbox', { name: 'Protocol' }).check()
    await view.getByRole('combobox', { name: 'Group by' }).selectOption('group')
    await view.getByRole('textbox', { name: 'Name' }).fill('Mine')
    await view.getByRole('button', { name: 'Save view' }).click()
    await view.getByRole('button', { name: 'Rename the view Mine' }).click()
    await look('View', popover)
    await panel.keyboard.press('Escape')
    await panel.keyboard.press('Escape')
    await opened(panel, 'How to search', () => look('help on searching', popover))
    await opened(panel, 'What the states mean', () => look('help on states', popover))
    await opened(panel, 'What “persistent” means', () => look('help on a word', popover))
    await opened(panel, 'Unregister several at once', () => look('the choices to unregister', menu))
    const row = clientOnPage(panel, 'Atelier 1')
    await row.click()
    for (const tab of await panel.getByRole('complementary').first().getByRole('tab').all()) {
      await tab.click()
      await look(`the tab ${(await tab.textContent()) ?? ''}`, pane)
    }
    await row.focus()
    await panel.keyboard.press('Shift+F10')
    await expect(panel.getByRole('menu')).toBeVisible()
    await look('the menu of a row', menu)
    await panel.keyboard.press('Escape')
    await panel.getByRole('columnheader', { name: 'Group' }).first().click({ button: 'right' })
    await look('the menu of a column', menu)
    await panel.keyboard.press('Escape')
    await row.focus()
    await panel.keyboard.press('Delete')
    const question = panel.getByRole('dialog', { name: 'Unregister client' })
    await question.getByRole('combobox', { name: 'Block' }).selectOption({ label: '1 hour' })
    await look('the question before unregistering', dialog)
    await question.getByRole('button', { name: 'Unregister' }).click()
    await expect(panel.getByRole('heading', { name: 'Blocked' })).toBeVisible()
    await look('blocks and a toast')
  },
  async jobs(panel, look) {
    await look('the list')
    await panel
      .getByRole('group', { name: /^\d+ jobs on/ })
      .getByRole('button')
      .last()
      .focus()
    await look('the timeline')
    await opened(panel, 'How to filter jobs', () => look('help on searching', popover))
    for (const job of [/failed/, /completed/, /running/]) {
      await panel.getByRole('row', { name: job }).click()
      await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('Parameters')
      await look(`a job, ${String(job)}`, pane)
    }
    await panel.getByRole('row', { name: /running/ }).focus()
    await panel.keyboard.press('Shift+F10')
    await look('the menu of a row', menu)
    await panel.keyboard.press('Escape')
    await panel.keyboard.press('ControlOrMeta+a')
    await expect(panel.getByRole('button', { name: /^Cancel \d jobs$/ })).toBeVisible()
    await look('several selected')
    await panel.getByRole('searchbox', { name: 'Filter jobs' }).fill('nothing like that')
    await look('no match')
  },
  async activity(panel, look) {
    const entry = panel.getByRole('row', { name: /message, command_dispatch/ }).last()
    await expect(entry).toBeVisible()
    await look('the log')
    await entry.click()
    await expect(panel.getByRole('region', { name: 'Payload' })).toContainText('message_type')
    await look('an entry', pane)
    for (const name of ['Time', 'Export']) await opened(panel, name, () => look(name, popover))
    await panel.getByRole('searchbox', { name: 'Search activity' }).fill('nothing like that')
    await expect(panel.getByText('Nothing that is kept matches')).toBeVisible()
    await look('no match')
  },
  async approvals(panel, look) {
    await expect(panel.getByRole('article')).toBeVisible()
    await look('a request')
    await panel.getByRole('button', { name: 'Deny…' }).click()
    await look('a denial')
  },
  async connect(_panel, look) {
    await look('the page')
  },
  async settings(panel, look) {
    await look('the page')
    await panel.getByRole('button', { name: 'Create a token…' }).click()
    await panel.getByRole('button', { name: 'Add a rule…' }).click()
    await panel.getByRole('button', { name: 'Add a block…' }).click()
    await look('forms')
    await panel
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click()
    await expect(panel.getByRole('dialog', { name: /^Revoke/ })).toBeVisible()
    await look('the question before revoking', dialog)
    await panel.keyboard.press('Escape')
  },
}

test('every view of the router is looked at', () => {
  expect(Object.keys(walks).toSorted()).toEqual([...views].toSorted())
})

for (const view of views) {
  test(`axe finds nothing serious in ${view}`, async ({ panel, connectClient }) => {
    // Some thirty looks, each of which takes seconds on a busy machine.
    test.setTimeout(600_000)
    await expect(panel.getByRole('region', { name: 'Persistent clients' })).toContainText(
      'bpy.ops.busbar.serve()',
    )
    await go(panel, view)
    await expectNothingSerious(panel, 'empty')
    await populate({ connectClient })
    await expect(panel.getByRole('navigation', { name: 'Views' })).toContainText(/Approvals1/)
    await walks[view](panel, (what, part) => expectNothingSerious(panel, what, part))
  })
}

test('axe finds nothing serious in what lies over every view, nor where the connection is lost', async ({
  panel,
  server,
  connectClient,
  problems,
}) => {
  test.slow()
  await populate({ connectClient })
  await expect(clientOnPage(panel, 'Atelier 1')).toBeVisible()
  await panel.keyboard.press('?')
  await expect(panel.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await expectNothingSerious(panel, 'shortcuts', dialog)
  await panel.keyboard.press('Escape')
  await panel.keyboard.press('ControlOrMeta+k')
  await expect(panel.getByRole('dialog', { name: 'Commands' })).toBeVisible()
  await expectNothingSerious(panel, 'palette', dialog)
  await panel.keyboard.press('Escape')
  problems.expect(/WebSocket|connection/i)
  await server.stop()
  await expect(panel.getByText('Connection lost').first()).toBeVisible()
  await expectNothingSerious(panel, 'lost')
})

test('less motion means none, and forced colours keep what is selected and what has the focus', async ({
  panel,
  connectClient,
}) => {
  await populate({ connectClient })
  await panel.emulateMedia({ reducedMotion: 'reduce' })
  const started = await panel.evaluate(() => {
    for (const button of document.querySelectorAll('button')) button.disabled = !button.disabled
    const started = document.getAnimations().filter((each) => each instanceof CSSTransition)
    for (const button of document.querySelectorAll('button')) button.disabled = !button.disabled
    return started.map(({ transitionProperty }) => transitionProperty)
  })
  expect(started, 'what moves to a new look instead of having it at once').toEqual([])
  await panel.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' })
  for (const view of views) {
    await go(panel, view)
    const moving = await panel.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().activeDuration) > 1)
        .map((each) => (each instanceof CSSAnimation ? each.animationName : each.constructor.name)),
    )
    expect(moving, view).toEqual([])
    expect(await seriousFindings(panel), view).toEqual([])
  }
  await go(panel, 'clients')
  const [row, other] = [clientOnPage(panel, 'Atelier 1'), clientOnPage(panel, 'Farm 04')]
  await row.click()
  await expect(row).toHaveCSS('outline-style', 'solid')
  await expect(other).toHaveCSS('outline-style', 'none')
  await row.focus()
  await panel.keyboard.press('ArrowDown')
  await panel.keyboard.press('Control+ArrowUp')
  await expect(row).toHaveCSS('outline-style', 'dashed')
})

/** Controls that are cut off sideways by something that does not scroll, and pairs of controls that lie on one another. */
async function misplaced(panel: Page): Promise<string[]> {
  return panel.evaluate(() => {
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}”`
    const controls = [
      ...document.querySelectorAll(
        'button, a[href], input, select, textarea, [role="row"][tabindex], h1, h2, h3',
      ),
    ].filter(
      (element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        !element.matches('.spoken, [data-bar]') &&
        element.getBoundingClientRect().width > 1,
    )
    const problems: string[] = []
    /** What is drawn of it: what scrolls out of sight is not there. */
    const drawn = (element: Element) => {
      let { left, top, right, bottom } = element.getBoundingClientRect()
      for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflowX === 'visible') continue
        const frame = parent.getBoundingClientRect()
        left = Math.max(left, frame.left)
        top = Math.max(top, frame.top)
        right = Math.min(right, frame.right)
        bottom = Math.min(bottom, frame.bottom)
      }
      return { left, top, right, bottom }
    }
    const scrolls = (style: CSSStyleDeclaration) => /auto|scroll/.test(style.overflowX)
    const clipped = (element: Element) => {
      const { left, right } = element.getBoundingClientRect()
      for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
        const style = getComputedStyle(parent)
        if (scrolls(style)) return false
        const frame = parent.getBoundingClientRect()
        const cuts = style.overflowX !== 'visible' || parent === document.documentElement
        if (cuts && (left < frame.left - 2 || right > frame.right + 2)) return true
      }
      return false
    }
    for (const control of controls) {
      // Text that is cut with an ellipsis inside of its control is whole in the control's title.
      if (clipped(control)) problems.push(`cut off: ${nameOf(control)}`)
    }
    const seen = controls.filter((control) => {
      const { left, top, width, height } = control.getBoundingClientRect()
      const under = document.elementFromPoint(left + width / 2, top + height / 2)
      return under !== null && (control.contains(under) || under.contains(control))
    })
    for (const [index, a] of seen.entries()) {
      for (const b of seen.slice(index + 1)) {
        if (a.contains(b) || b.contains(a) || a.matches('[role="row"]') || b.matches('[role="row"]')) continue
        const [one, two] = [drawn(a), drawn(b)]
        const across = Math.min(one.right, two.right) - Math.max(one.left, two.left)
        const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top)
        if (across > 3 && down > 3) problems.push(`on one another: ${nameOf(a)} and ${nameOf(b)}`)
      }
    }
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
      problems.push('the page scrolls sideways')
    }
    return problems
  })
}

for (const [size, viewport] of Object.entries({
  '1280x800': { width: 1280, height: 800 },
  '900x600': { width: 900, height: 600 },
})) {
  test(`text at 200 % loses nothing sideways and lays nothing on another, ${size}`, async ({
    panel,
    connectClient,
  }) => {
    test.slow()
    await panel.setViewportSize(viewport)
    await populate({ connectClient })
    await expect(clientOnPage(panel, 'Atelier 1')).toBeVisible()
    for (const percent of [150, 200]) {
      await panel.keyboard.press('ControlOrMeta+k')
      await panel.keyboard.type(`text size to ${percent}`)
      await panel.keyboard.press('Enter')
      await expect(panel.getByRole('dialog', { name: 'Commands' })).toHaveCount(0)
      for (const view of views) {
        await go(panel, view)
        expect(await misplaced(panel), `${view} at ${percent} %`).toEqual([])
      }
    }
    await go(panel, 'clients')
    for (const name of ['View', 'Unregister several at once']) {
      await panel.getByRole('button', { name, exact: true }).click()
      const box = await panel.locator(':popover-open, [role="menu"]').first().boundingBox()
      expect(box !== null && box.x >= 0 && box.x + box.width <= viewport.width, name).toBe(true)
      expect(box !== null && box.y >= 0 && box.y + box.height <= viewport.height, name).toBe(true)
      await panel.keyboard.press('Escape')
    }
    for (const [key, name] of [
      ['?', 'Keyboard shortcuts'],
      ['ControlOrMeta+k', 'Commands'],
    ] as const) {
      await panel.keyboard.press(key)
      const box = await panel.getByRole('dialog', { name }).boundingBox()
      expect(box !== null && box.x >= 0 && box.x + box.width <= viewport.width, name).toBe(true)
      expect(box !== null && box.y >= 0 && box.y + box.height <= viewport.height, name).toBe(true)
      await panel.keyboard.press('Escape')
    }
    const row = clientOnPage(panel, 'Atelier 1')
    await row.click()
    await expect(panel.getByRole('complementary', { name: 'Inspector' })).toBeVisible()
    expect(await misplaced(panel), 'with an inspector').toEqual([])
    await row.focus()
    await panel.keyboard.press('p')
    await panel.keyboard.press('ArrowDown')
    await panel.keyboard.press('p')
    await expect(panel.getByRole('complementary', { name: /^Pinned: / })).toHaveCount(2)
    expect(await misplaced(panel), 'with pinned clients').toEqual([])
  })
}

test('axe finds nothing serious on the wall and in the viewport', async ({ panel, connectClient }) => {
  test.slow()
  await panel.getByRole('button', { name: 'Wall', exact: true }).click()
  await expect(panel.getByRole('region', { name: 'Blenders' })).toContainText('bpy.ops.busbar.serve()')
  await expectNothingSerious(panel, 'empty')
  const blender = await connectPictureBlender(connectClient, {
    client_uuid: 'b-1',
    label: 'Atelier 1',
    group_id: 'farm',
  })
  const broken = await connectPictureBlender(connectClient, { client_uuid: 'b-2', label: 'Atelier 2' })
  broken.answerWith({ error: 'It can’t.' })
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const card = panel.getByRole('row', { name: /^Atelier 1/ })
  await expect(card.getByRole('img')).toBeVisible()
  await llm.call('blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id: 'j', command: 'render_image', params: {} },
    target_uuid: 'b-1',
  })
  await blender.call('blender_job_update', { job_id: 'j', status: 'running', progress: 0.5 })
  await expect(card.getByRole('progressbar')).toBeVisible()
  await card.click()
  await panel.getByRole('tab', { name: 'Viewport' }).click()
  await expectNothingSerious(panel, 'wall and viewport')
  await panel.getByRole('button', { name: 'Larger' }).click()
  await expect(panel.getByRole('dialog', { name: 'Atelier 1' })).toBeVisible()
  await expectNothingSerious(panel, 'larger', dialog)
})
