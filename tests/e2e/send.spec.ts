import type { Page } from '@playwright/test'
import type { ConnectedClient } from './fixtures/connect-client.ts'
import { editorText, writeText } from './fixtures/editor-text.ts'
import { expect, test } from './fixtures/panel-test.ts'

const inspectorOf = (panel: Page) => panel.getByRole('complementary', { name: 'Inspector' })
const row = (panel: Page, name: string) => panel.getByRole('row', { name: new RegExp(`^${name}`) })

interface Heard {
  from_uuid: string
  job_id: string
  priority: number
  payload: { message_type?: string; command?: string; params?: { code?: string }; script?: string }
}

test('code goes to the Blender that is shown, and its answer comes back', async ({
  panel,
  connectClient,
}) => {
  const heard: Heard[] = []
  let blender: ConnectedClient | null = null
  blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b', client_type: 'blender', is_persistent: true, label: 'Atelier' },
    onMessage: (data) => heard.push(data as Heard),
  })
  await row(panel, 'Atelier').click()
  await inspectorOf(panel).getByRole('button', { name: 'Message' }).click()
  const form = panel.getByRole('form', { name: 'Send' })
  const code = form.getByRole('textbox', { name: 'Python' })
  await expect(code).toBeFocused()
  await expect(form.getByText('Nobody is asked before')).toBeVisible()
  await writeText(code, 'print(1)')
  await panel.keyboard.press('Control+Enter')
  const sent = panel.getByRole('region', { name: 'Sent from this panel' })
  await expect(sent.getByText('It has not said that it runs yet')).toHaveCount(2)
  await expect(sent.getByText('completed')).toHaveCount(0)
  // The panel is told at once, the program hears it by its own stream.
  await expect
    .poll(() => heard)
    .toMatchObject([
      {
        from_uuid: 'server:local',
        priority: 6,
        payload: { message_type: 'command_dispatch', command: 'execute_code', params: { code: 'print(1)' } },
      },
    ])
  const update = { job_id: heard[0]?.job_id ?? '' }
  await blender.call('blender_job_update', { ...update, status: 'running', progress: 0.5 })
  await expect(sent.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50')
  const error = 'Traceback (most recent call last):\nNameError: x'
  await blender.call('blender_job_update', { ...update, status: 'failed', error })
  await expect(sent.getByText('failed', { exact: true })).toBeVisible()
  await expect(sent.getByRole('region', { name: 'Error' })).toContainText('NameError: x')

  // One click puts it back; the link leads to the very job.
  await writeText(code, 'print(2)')
  await sent.getByRole('button', { name: 'Put back: execute_code' }).click()
  await expect.poll(() => editorText(code)).toBe('print(1)')
  await sent.getByRole('link', { name: 'Open the job' }).click()
  await expect(panel).toHaveURL(new RegExp(`#/jobs/${update.job_id}$`))
  await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('NameError: x')
  // The draft and the history are there as they were.
  await panel
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: /^Clients/ })
    .click()
  await expect.poll(() => editorText(code)).toBe('print(1)')
  await expect(sent.getByText('failed', { exact: true })).toBeVisible()
})

test('a message waits for a client without a stream, and says when it went out', async ({
  panel,
  server,
  connectClient,
}) => {
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'l', client_type: 'llm' } })
  // A program that only posts: no stream of it is ever open.
  const headers = {
    authorization: `Bearer ${server.token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const post = async (session: string | null, body: object) =>
    fetch(server.url, {
      method: 'POST',
      headers: { ...headers, ...(session !== null && { 'mcp-session-id': session }) },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    })
  const begun = await post(null, {
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'poster', version: '1' },
    },
  })
  const session = begun.headers.get('mcp-session-id')
  await begun.text()
  await (await post(session, { method: 'notifications/initialized' })).text()
  const call = async (id: number, name: string, args: object) =>
    (await post(session, { id, method: 'tools/call', params: { name, arguments: args } })).text()
  await call(2, 'blender_register_client', { client_uuid: 'poster', client_type: 'script' })

  await row(panel, 'poster').click()
  await inspectorOf(panel).getByRole('tab', { name: 'Send' }).click()
  const form = panel.getByRole('form', { name: 'Send' })
  await expect(form.getByText('waits in its mailbox')).toBeVisible()
  await writeText(form.getByRole('textbox', { name: 'Payload' }), '{"hello": true}')
  await form.getByRole('combobox', { name: 'Priority' }).selectOption('alert')
  await form.getByRole('button', { name: 'Send', exact: true }).click()
  const sent = panel.getByRole('region', { name: 'Sent from this panel' })
  await expect(sent.getByRole('listitem')).toContainText('Waits in its mailbox until its stream opens.')
  expect(await call(3, 'blender_receive_messages', { client_uuid: 'poster' })).toContain('hello')
  await expect(sent.getByRole('listitem')).toContainText('Read: it was fetched.')

  // Below the threshold: filtered, and it says what would get through.
  await llm.client.setLoggingLevel('error')
  await row(panel, 'l,').click()
  await form.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(sent.getByRole('listitem')).toContainText('Filtered: it takes only error and above.')
})

test('what is wrong is said where it is, and nothing goes out', async ({ panel, connectClient }) => {
  const heard: unknown[] = []
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'l', client_type: 'llm' },
    onMessage: (data) => heard.push(data),
  })
  await row(panel, 'l,').click()
  await panel.keyboard.press('m')
  const form = panel.getByRole('form', { name: 'Send' })
  const payload = form.getByRole('textbox', { name: 'Payload' })
  await expect(payload).toBeFocused()
  const send = form.getByRole('button', { name: 'Send', exact: true })
  await writeText(payload, '{\n  "a": 1\n  "b": 2\n}')
  await expect(payload).toHaveAttribute('aria-invalid', 'true')
  await expect(send).toBeDisabled()
  await panel.keyboard.press('Control+Enter')

  // The place that is named is a click away, and an Escape, a Tab and an Enter.
  const place = form.getByRole('button', { name: 'Line 3, column 3: A comma or } is missing.' })
  await place.click()
  await expect(payload).toBeFocused()
  await panel.keyboard.type(',')
  await expect.poll(() => editorText(payload)).toBe('{\n  "a": 1\n  ,"b": 2\n}')
  await expect(place).toHaveCount(0)
  await writeText(payload, `{${'\n  "a": 1,'.repeat(400)}\n  ${'x'.repeat(400)}\n}`)
  // Texts are checked behind the typing.
  const farPlace = form.getByRole('button', { name: /^Line 402, column 3: / })
  await expect(farPlace).toBeVisible()
  await panel.keyboard.press('Control+Home')
  await panel.keyboard.press('Escape')
  await panel.keyboard.press('Tab')
  await expect(farPlace).toBeFocused()
  await panel.keyboard.press('Enter')
  await expect(payload).toBeFocused()
  await expect(form.getByText('x'.repeat(400))).toBeInViewport()
  await panel.keyboard.type('"')
  await expect(form.getByText('"' + 'x'.repeat(400))).toBeInViewport()

  await writeText(payload, '[1]')
  await expect(form.getByText('A payload must be a JSON object')).toBeVisible()
  await writeText(payload, '{"t": 1}')
  await expect(send).toBeEnabled()

  await form.getByRole('radio', { name: 'Command' }).check()
  const command = form.getByRole('combobox', { name: 'Command' })
  await command.fill('get_object_info')
  await expect
    .poll(() => editorText(form.getByRole('textbox', { name: 'Parameters' })))
    .toBe('{\n  "name": ""\n}')
  await command.fill('dance')
  await expect(form.getByText('The Blender add-on does not know this command.')).toBeVisible()
  await form.getByRole('textbox', { name: 'Job id' }).fill('x'.repeat(201))
  await expect(form.getByText('The job id has 201 characters')).toBeVisible()
  await expect(send).toBeDisabled()

  // A job id that is taken is refused by the server, and the form says so.
  await form.getByRole('textbox', { name: 'Job id' }).fill('mine')
  await send.click()
  await form.getByRole('textbox', { name: 'Job id' }).fill('mine')
  await send.click()
  const sent = panel.getByRole('region', { name: 'Sent from this panel' })
  await expect(sent.getByText('Not sent. There is a job “mine”').first()).toBeVisible()
  await expect.poll(() => heard.length).toBe(1)

  await llm.leave()
  await expect(form.getByText('Nothing can be sent now')).toBeVisible()
  await expect(send).toBeDisabled()
})

test('the keyboard alone writes, sends and gets out of the editor', async ({ panel, connectClient }) => {
  await connectClient({ name: 'blender', register: { client_uuid: 'b', client_type: 'blender' } })
  await row(panel, 'b,').focus()
  await panel.keyboard.press('m')
  const code = panel.getByRole('textbox', { name: 'Python' })
  await expect(code).toBeFocused()
  await panel.keyboard.press('Control+a')
  await panel.keyboard.type('if True:')
  await panel.keyboard.press('Enter')
  await panel.keyboard.type('x = 1')
  await panel.keyboard.press('Enter')
  await panel.keyboard.press('Tab')
  await panel.keyboard.type('y')
  await expect.poll(() => editorText(code)).toBe('if True:\n    x = 1\n        y')
  await panel.keyboard.press('Shift+Tab')
  await expect.poll(() => editorText(code)).toBe('if True:\n    x = 1\n    y')
  await expect(code).toBeFocused()
  // Letters that are commands elsewhere are text here; what replaces a text can be undone.
  await panel.keyboard.type('mp/?')
  await expect.poll(() => editorText(code)).toBe('if True:\n    x = 1\n    ymp/?')
  await panel.getByRole('button', { name: 'Start over' }).click()
  await expect.poll(() => editorText(code)).toBe('import bpy\n\nbpy.context.scene.name')
  await code.press('Control+z')
  await expect.poll(() => editorText(code)).toBe('if True:\n    x = 1\n    ymp/?')
  const description = await code.evaluate((content) =>
    content.ariaDescribedByElements?.map(({ textContent }) => textContent).join(''),
  )
  expect(description).toBe('Tab indents. To leave with Tab, press Escape first.')
  await panel.keyboard.press('Escape')
  await expect(panel.getByText('Tab now leaves this field.')).toBeAttached()
  await panel.keyboard.press('Tab')
  await expect(panel.getByRole('combobox', { name: 'Sent as' })).toBeFocused()
  await panel.keyboard.press('Shift+Tab')
  await expect(code).toBeFocused()
  // Escape twice is for the inspector, as everywhere in it.
  await panel.keyboard.press('Escape')
  await panel.keyboard.press('Escape')
  await expect(inspectorOf(panel)).toHaveCount(0)
  await expect(row(panel, 'b,')).toBeFocused()
  // By the palette, to a client that is not selected.
  await connectClient({ name: 'llm', register: { client_uuid: 'other', client_type: 'llm' } })
  await expect(row(panel, 'other')).toBeVisible()
  await panel.keyboard.press('Control+k')
  await panel.keyboard.type('send to other')
  await panel.keyboard.press('Enter')
  await expect(inspectorOf(panel).getByRole('heading', { name: /^other/ })).toBeVisible()
  await expect(panel.getByRole('textbox', { name: 'Payload' })).toBeFocused()
})
