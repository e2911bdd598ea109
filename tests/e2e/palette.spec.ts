/** The palette has what buttons, menus and tabs have: each of them is found there, or stands below with why it is not. */
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { createToken } from '../../src/main/access/token-file.ts'
import { settings } from '../../src/shared/settings.ts'
import { connectClient as connectTo } from './fixtures/connect-client.ts'
import { writeText } from './fixtures/editor-text.ts'
import { expect, test, type PanelFixtures } from './fixtures/panel-test.ts'
import { clientOnPage } from './fixtures/panel-words.ts'
import { connectPictureBlender } from './fixtures/picture-blender.ts'

const settingTitles = Object.values(settings).map(({ title }) => title)
const palette = (panel: Page) => panel.getByRole('dialog', { name: 'Commands' })
const inspectorOf = (panel: Page) => panel.getByRole('complementary', { name: 'Inspector' })

async function command(panel: Page, title: string): Promise<void> {
  await panel.keyboard.press('ControlOrMeta+k')
  await palette(panel).getByRole('combobox').fill(title)
  const option = palette(panel).getByRole('option').filter({ hasText: title }).first()
  await expect(option).toBeVisible()
  await option.click()
  await expect(palette(panel)).toHaveCount(0)
}

const go = (panel: Page, view: string) => panel.evaluate((to) => (location.hash = to), `#/${view}`)

/** A Blender with a picture, a program, a job that failed, a token, and a request that waits for a person. */
async function populate({
  panel,
  server,
  connectClient,
}: Pick<PanelFixtures, 'panel' | 'server' | 'connectClient'>) {
  const blender = await connectPictureBlender(connectClient, {
    client_uuid: 'b-1',
    label: 'Atelier 1',
    group_id: 'farm',
  })
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm', label: 'Claude' },
  })
  await llm.call('blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id: 'j1', command: 'render_image', params: {} },
    target_uuid: 'b-1',
  })
  await blender.call('blender_job_update', { job_id: 'j1', status: 'failed', error: 'No camera' })
  const { token } = await createToken(
    join(server.dataDir, 'tokens.json'),
    { name: 'model', scopes: ['bus', 'llm'] },
    Date.now() / 1000,
  )
  await expect
    .poll(async () => (await fetch(server.url, { headers: { authorization: `Bearer ${token}` } })).status)
    .not.toBe(401)
  const asking = await connectTo(
    { url: server.url, token },
    { name: 'LM Studio', register: { client_uuid: 'llm-2', client_type: 'llm', label: 'Qwen' } },
  )
  void asking.call('blender_execute_code', { code: 'print(1)', target: 'b-1' }).catch(() => undefined)
  await expect(clientOnPage(panel, 'Atelier 1')).toBeVisible()
  await expect(panel.getByRole('navigation', { name: 'Views' })).toContainText(/Approvals1/)
}

/** What can be pressed, by its role and name, and what the palette calls the same; a text says why it has it not. */
const known: readonly (readonly [control: RegExp, action: RegExp | string])[] = [
  [/^button Commands$/, 'it is the palette'],
  [/^button (How to |What )/, 'help that stands where it is needed; words are found by “what does”'],
  [/^link (Atelier 1|Claude|Qwen|j1|render_image)/, 'a client or a job, found by its name'],
  [/^button render_image, /, 'a job, found by its name'],
  [/^button Close pinned inspector$/, /^Unpin: /],
  [/^button (Atelier 1|Claude|Selection)$/, /^Show the tab Record: /],
  [
    /^(textbox|combobox|radio) (Python|Sent as|Priority|Job id|Message|Code|Command|From now on|Name)$/,
    'a field',
  ],
  [/^(textbox|combobox) (Time|From|To|Only of a client)$/, 'a field'],
  [/^button (Go|Set rule|Save view|Show range)$/, 'it takes what stands in the field beside it'],
  [/^link (Busbar|Clients|Messages)/, /^Go to clients$/],
  [/^link (Jobs|Activity|Approvals|Connect|Settings)/, /^Go to (jobs|activity|approvals|connect|settings)$/],
  [/^button (Light theme|light)$/, /^Use the light theme$/],
  [/^button (Dark theme|dark)$/, /^Use the dark theme$/],
  [/^button (Theme of the system|system)$/, /^Use the theme of the system$/],
  [/^searchbox Search clients$/, /^Search clients…$/],
  [/^button Table$/, /^Show clients in tables$/],
  [/^button Wall$/, /^Show clients on the wall$/],
  [/^button All( \d+)?$/, /^Show all (clients|jobs|activity)$/],
  [/^button (live|busy|stale|disconnected) \d/, /^Show (live|busy|stale|disconnected) clients only$/],
  [/^button (Unregister…|Unregister several at once)$/, /^Unregister/],
  [/^button (Client|File|Group|Job|Last seen|Working on)$/, /^Sort (clients|jobs) by /],
  [/^button (View|Save view)$/, /^Save what is shown as a view…$/],
  [/^checkbox /, /^(Show|Hide) the column /],
  [/^combobox Group by$/, /^Group clients by /],
  [/^combobox (Sort by|Direction)$/, /^Sort clients by /],
  [/^button As at first$/, /^Lay out the (wall|tables of clients) as at first$/],
  [/^button (small|medium|large) cards$/, /^Use (small|medium|large) cards on the wall$/],
  [/^button Refresh the pictures in sight$/, /^Take new pictures of the Blenders in sight$/],
  [/^button Pin this client$/, /^(Pin|Unpin): /],
  [/^button Close inspector$/, /^Close the inspector$/],
  [/^button Same tab$/, /^Show the same tab in all inspectors$/],
  [/^tab /, /^Show the tab (Record|Viewport|Activity|Jobs|Session|Send|Policy): Atelier 1$/],
  [/^button (Copy uuid)$/, /^Copy uuid: /],
  [/^button (Copy group|Copy address)$/, 'a value, copied by the menu of each'],
  [/^button Copy JSON$/, /^Copy record: /],
  [/^button Message$/, /^Send to it: /],
  [/^button Refresh$/, /^Take a new picture: /],
  [/^button Save…$/, /^Save its picture…: /],
  [/^button Larger$/, /^Show its picture larger: /],
  [/^combobox New picture$/, /^Take pictures (in the inspector|on the wall) /],
  [/^link Filter and export under Activity/, /^Show its activity in full: /],
  [/^button (Protocol|Token|Threshold|Mailbox|Dropped|Program)$/, 'a word, found by “what does”'],
  [/^button Send$/, /^Send what is written: /],
  [/^button Start over$/, /^Start over what is written: /],
  [/^button Forget what is kept…$/, /^Forget what is kept about it: .*…$/],
  [/^button Forget a client…$/, /^Forget a client…$/],
  [/^button Block this client…$/, /^Block it: .*…$/],
  [/^button (waiting|running|completed|failed|cancelled) \d/, /^Show \w+ jobs only$/],
  [/^searchbox Filter jobs$/, /^Filter jobs…$/],
  [/^button (1 min|5 min|15 min|30 min|3 h|12 h)$/, /^(Show the last .* on the timeline|Chart the last .*)$/],
  [/^button (State|From and to|Took|Asked for)$/, /^Sort jobs by /],
  [/^button Close job$/, /^Close the job$/],
  [/^button Copy error$/, /^Copy the error: /],
  [/^button Copy parameters$/, /^Copy the parameters: /],
  [/^button Copy as tool call$/, /^Copy as tool call: /],
  [/^button Run again$/, /^Run again: /],
  [/^button (Clients|Messages|Jobs|Sessions|Access|Server)$/, /^Show \w+ in the activity only$/],
  [/^button (Time|Any time)$/, /^Choose a time or a range of the activity…$/],
  [/^button (5 min|1 h|1 day) ago$/, /^Go to the activity of .* ago$/],
  [/^button Export( JSON lines| CSV)?$/, /^Export the activity as (JSON lines|CSV)$/],
  [/^button Pause$/, /^Pause the activity$/],
  [/^button Follow$/, /^Follow the newest activity$/],
  [/^combobox At least as urgent as$/, /^Show activity of .* only$/],
  [/^searchbox Search activity$/, /^Search the activity…$/],
  [/^button Clear filter$/, /^Show all activity$/],
  [/^button Close entry$/, /^Close the entry$/],
  [/^button Copy payload$/, /^Copy its payload: /],
  [/^button Only this client$/, /^Show activity of its client only: /],
  [/^button Copy entry$/, /^Copy the entry: /],
  [/^button (LLM tokens|Everybody|Nobody)$/, /^Ask before changes by /],
  [/^button Allow once$/, /^Allow once: /],
  [/^button Allow for this session$/, /^Allow for this session: /],
  [/^button For LM Studio, one hour$/, /^Allow for LM Studio, one hour: /],
  [/^button Take back /, /^Take back: /],
  [/^button Deny…$/, /^Deny with a reason: .*…$/],
  [/^button Save the add-on…$/, /^Save the Blender add-on…$/],
  [/^button Copy command$/, /^Copy the command that starts a Blender in the background$/],
  [/^button Copy URL$/, /^Copy the address of this server$/],
  [/^button Copy token$/, /^Copy the token$/],
  [/^button Copy line$/, /^Copy the command that adds this server to Claude Code$/],
  [/^searchbox Search settings$/, /^Search the settings…$/],
  [/^button (normal|compact)$/, /^Use (normal|compact) rows$/],
  [/^button \d+ %$/, /^Set the text size to \d+ %$/],
  [/^button (on|off)$/, /^Turn the sound of approvals (on|off)$/],
  [/^button Play it$/, /^Play the sound of approvals$/],
  [/^button Add a rule…$/, /^Add a rule for approvals…$/],
  [/^button Create a token…$/, /^Create a token…$/],
  [/^button Revoke the token model$/, /^Revoke the token model…$/],
  [/^button Add a block…$/, /^Add a block…$/],
  [new RegExp(`^(textbox|combobox) (${settingTitles.join('|')})$`), /^Change the setting .*…$/],
]

/** Everything that can be pressed or chosen in what is drawn just now, as `role name`. */
async function controls(panel: Page): Promise<string[]> {
  const found: string[] = []
  for (const part of await panel.locator('header, nav, main, aside, [popover]:popover-open').all()) {
    const roles = 'button|tab|combobox|checkbox|radio|textbox|searchbox|link|menuitem'
    for (const [, role, name, rest] of (await part.ariaSnapshot()).matchAll(
      new RegExp(`- (${roles}) "((?:[^"\\\\]|\\\\.)*)"([^\\n]*)`, 'g'),
    )) {
      if (rest?.includes('[disabled]') !== true) found.push(`${role} ${name}`)
    }
  }
  return [...new Set(found)]
}

test('everything that can be pressed is in the palette, or stands here with why it is not', async ({
  panel,
  server,
  connectClient,
}) => {
  test.slow()
  await populate({ panel, server, connectClient })
  const expectAllOf = async (what: string) => {
    const pressable = await controls(panel)
    await panel.keyboard.press('ControlOrMeta+k')
    // Tokens and settings come in a moment.
    await expect(palette(panel).getByRole('option', { name: 'Create a token…' })).toBeAttached()
    const titles = await palette(panel).getByRole('option').locator('bdi').allTextContents()
    await panel.keyboard.press('Escape')
    const missing = pressable.filter((control) => {
      const rows = known.filter(([pattern]) => pattern.test(control))
      return !rows.some(
        ([, action]) => typeof action === 'string' || titles.some((title) => action.test(title)),
      )
    })
    expect(missing, what).toEqual([])
  }

  await expectAllOf('the tables')
  await clientOnPage(panel, 'Atelier 1').click()
  for (const tab of await inspectorOf(panel).getByRole('tab').all()) {
    await tab.click()
    const name = (await tab.textContent()) ?? ''
    if (name === 'Viewport') await expect(inspectorOf(panel).getByRole('img')).toBeVisible()
    if (name === 'Send')
      await writeText(inspectorOf(panel).getByRole('textbox', { name: 'Python' }), 'print(1)')
    await expectAllOf(`the tab ${name}`)
  }
  await clientOnPage(panel, 'Atelier 1').focus()
  await panel.keyboard.press('p')
  await expect(panel.getByRole('complementary', { name: 'Pinned: Atelier 1' })).toBeVisible()
  await expectAllOf('a pinned client')
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await expectAllOf('the menu View')
  await panel.getByRole('button', { name: 'Wall', exact: true }).click()
  await expect(panel.getByRole('region', { name: 'Blenders' })).toBeVisible()
  await expectAllOf('the wall')
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await expectAllOf('the menu View of the wall')

  await go(panel, 'jobs')
  await panel.getByRole('row', { name: /^render_image/ }).click()
  await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('Parameters')
  await expectAllOf('jobs')
  await go(panel, 'activity')
  const entry = panel.getByRole('row', { name: /message, command_dispatch/ }).first()
  await expect(entry).toBeVisible()
  await expectAllOf('the activity')
  await entry.click()
  await expect(panel.getByRole('region', { name: 'Payload' })).toContainText('message_type')
  for (const menu of ['Time', 'Export']) {
    await panel.getByRole('button', { name: menu, exact: true }).click()
    await expectAllOf(`an entry, and the menu ${menu}`)
  }
  await go(panel, 'approvals')
  await expect(panel.getByRole('article')).toBeVisible()
  await expectAllOf('approvals')
  await go(panel, 'connect')
  await expect(panel.getByRole('main', { name: 'Connect' })).toContainText('bpy.ops.busbar.serve()')
  await expectAllOf('connect')
  await go(panel, 'settings')
  await expect(panel.getByRole('form', { name: 'Idle sessions' })).toBeVisible()
  await expectAllOf('settings')
})

test('what only a view can do is done from anywhere', async ({ panel, server, connectClient }) => {
  test.slow()
  await populate({ panel, server, connectClient })

  // Forms of the settings, over a search that would hide them.
  await command(panel, 'Search the settings…')
  const page = panel.getByRole('main', { name: 'Settings' })
  await expect(page.getByRole('searchbox')).toBeFocused()
  await panel.keyboard.type('theme')
  await command(panel, 'Create a token…')
  await expect(
    page.getByRole('form', { name: 'New token' }).getByRole('textbox', { name: 'Name' }),
  ).toBeFocused()
  await command(panel, 'Add a rule for approvals…')
  await expect(
    page.getByRole('form', { name: 'New rule' }).getByRole('combobox', { name: 'Client' }),
  ).toBeFocused()
  await command(panel, 'Add a block…')
  await expect(
    page.getByRole('form', { name: 'New block' }).getByRole('combobox', { name: 'Block' }),
  ).toBeFocused()
  await command(panel, 'Change the setting Idle sessions…')
  await expect(page.getByRole('textbox', { name: 'Idle sessions' })).toBeFocused()
  await go(panel, 'jobs')
  await command(panel, 'Revoke the token model…')
  await panel
    .getByRole('dialog', { name: 'Revoke the token model' })
    .getByRole('button', { name: 'Cancel' })
    .click()

  // The activity: to a moment, and into a file.
  await go(panel, 'jobs')
  await command(panel, 'Go to the activity of a day ago')
  await expect(panel.getByRole('main', { name: 'Activity' })).toContainText('Paused')
  await go(panel, 'jobs')
  const saving = panel.waitForEvent('download')
  await command(panel, 'Export the activity as CSV')
  expect((await saving).suggestedFilename()).toMatch(/^busbar-activity-.*\.csv$/)
  await expect(panel.getByRole('dialog', { name: 'Export' })).toContainText(/\d+ entries in busbar-activity-/)

  // A client: its tabs, its picture, and the form that blocks it.
  await go(panel, 'clients')
  await clientOnPage(panel, 'Atelier 1').click()
  await command(panel, 'Show the tab Viewport: Atelier 1')
  await expect(inspectorOf(panel).getByRole('tab', { name: 'Viewport' })).toBeFocused()
  await expect(inspectorOf(panel).getByRole('img')).toBeVisible()
  await go(panel, 'jobs')
  await command(panel, 'Show its picture larger: Atelier 1')
  await expect(panel.getByRole('dialog', { name: 'Atelier 1' }).getByRole('img')).toBeVisible()
  await panel.keyboard.press('Escape')
  const saved = panel.waitForEvent('download')
  await command(panel, 'Save its picture…: Atelier 1')
  expect((await saved).suggestedFilename()).toMatch(/^Atelier 1 b-1 .*\.png$/)
  await command(panel, 'Block it: Atelier 1…')
  await expect(inspectorOf(panel).getByRole('form', { name: 'New block' })).toBeVisible()
  await command(panel, 'Save what is shown as a view…')
  await expect(
    panel.getByRole('dialog', { name: 'View' }).getByRole('textbox', { name: 'Name' }),
  ).toBeFocused()
  await panel.keyboard.type('Mine')
  await panel.keyboard.press('Enter')
  await panel.keyboard.press('Escape')
  await command(panel, 'Rename the view Mine…')
  await expect(panel.getByRole('textbox', { name: 'New name of the view Mine' })).toBeFocused()
  await panel.keyboard.press('Escape')
  await panel.keyboard.press('Escape')

  // A request is denied with a reason.
  await command(panel, 'Deny with a reason: blender_execute_code for Qwen…')
  await expect(panel.getByRole('article').getByRole('textbox', { name: 'Reason' })).toBeFocused()
})
