/** What no day brings, and the panel bears: the largest payload, clocks that are wrong, and thousands that share a name. */
import type { Page } from '@playwright/test'
import { editorText } from './fixtures/editor-text.ts'
import { expect, test } from './fixtures/panel-test.ts'

const mebibyte = 1024 * 1024
const inspectorOf = (panel: Page) => panel.getByRole('complementary', { name: 'Inspector' })

/** JSON of an object, of so many bytes. */
const jsonOf = (bytes: number) => `{"data":"${'x'.repeat(bytes - 11)}"}`

test('a payload of 4 MiB is pasted, looked into, sent whole, and refused where it is larger', async ({
  panel,
  connectClient,
}) => {
  const heard: { payload: { data?: string } }[] = []
  await connectClient({
    name: 'llm',
    register: { client_uuid: 'l', client_type: 'llm', capabilities: ['large_messages'] },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  await panel.getByRole('row', { name: /^l,/ }).click()
  await panel.keyboard.press('m')
  const form = panel.getByRole('form', { name: 'Send' })
  const payload = form.getByRole('textbox', { name: 'Payload' })
  const send = form.getByRole('button', { name: 'Send', exact: true })
  const paste = async (text: string) => {
    await payload.press('Control+a')
    await payload.evaluate((content, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
  }
  await paste(jsonOf(4 * mebibyte + 1))
  await expect(form.getByText('It is larger than 4 MiB')).toBeVisible()
  await expect(send).toBeDisabled()

  // What is wrong far behind what is shown is a click away, and can be put right there.
  const lines = Array.from({ length: 100_000 }, (_, n) => `  "key ${n}": "a text of some length"`)
  await paste(`{\n${lines.join(',\n').replace('"key 90000"', 'oops')}\n}`)
  await expect(payload).not.toContainText('oops')
  await form.getByRole('button', { name: /^Line 90002, column 3: / }).click()
  await expect(payload).toBeFocused()
  await expect(form.getByText('oops: "a text of some length"')).toBeInViewport()
  await panel.keyboard.type('"')
  await panel.keyboard.press('Control+ArrowRight')
  await panel.keyboard.type('"')
  await expect.poll(() => editorText(payload)).toContain('\n  "oops": "a text of some length",\n')
  await expect(send).toBeEnabled()

  await paste(jsonOf(4 * mebibyte))
  await expect(form.getByText('4.0 MiB of 4.0 MiB')).toBeVisible()
  await expect(send).toBeEnabled()
  await send.click()
  const sent = panel.getByRole('region', { name: 'Sent from this panel' })
  await expect(sent.getByRole('listitem')).toContainText('Sent on its stream.')
  await expect(sent.getByRole('listitem')).toContainText('Shown are 4,000 of 4,194,304 characters.')
  await expect.poll(() => heard.map((message) => message.payload.data?.length)).toEqual([4 * mebibyte - 11])
  await paste('{"short": 1}')
  await expect.poll(() => editorText(payload)).toBe('{"short": 1}')
})

for (const wrong of ['1996-05-01', '2096-05-01']) {
  test(`ages are those of the server on a computer that believes it is ${wrong}`, async ({
    panel,
    connectClient,
  }) => {
    await panel.clock.install({ time: new Date(wrong) })
    await panel.reload()
    await connectClient({
      name: 'blender',
      register: { client_uuid: 'b', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    })
    const row = panel.getByRole('row', { name: /^Atelier 1/ })
    await expect(row.getByRole('time')).toHaveText(/^(now|\d+ s)$/)
    await row.click()
    const connected = inspectorOf(panel).getByRole('group', { name: /^Connected/ })
    await expect(connected).toHaveText(/^\d+ s$/)
    await expect(connected).toHaveAttribute('title', new RegExp(String(new Date().getFullYear())))
  })
}

test('two thousand clients that share a name are told apart everywhere', async ({ panel, connectClient }) => {
  test.slow()
  const farm = await connectClient({ name: 'farm' })
  const uuid = (n: number) => `node-${String(n).padStart(4, '0')}`
  for (let n = 0; n < 2000; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        farm.call('blender_register_client', {
          client_uuid: uuid(n + at),
          client_type: 'blender',
          is_persistent: true,
          label: 'Render',
        }),
      ),
    )
  }
  const grid = panel.getByRole('grid', { name: 'Persistent clients' })
  await expect(grid).toHaveAttribute('aria-rowcount', '2001')
  const row = (n: number) => grid.getByRole('row', { name: `Render, ${uuid(n)}, live` })
  // By name they stand in the order of their uuids, whoever came first.
  await row(0).click()
  await panel.keyboard.press('End')
  await expect(row(1999)).toBeFocused()
  await expect(row(1999)).toBeInViewport()

  // The palette names the uuid with the name, and finds by either.
  await panel.keyboard.press('ControlOrMeta+k')
  await panel.keyboard.type('node-1234')
  const palette = panel.getByRole('dialog', { name: 'Commands' })
  await expect(palette.getByRole('option')).toHaveText([
    /^Render \(node-1234\)/,
    /^Send to it: Render \(node-1234\)…/,
  ])
  await panel.keyboard.press('Enter')
  await expect(inspectorOf(panel)).toContainText(uuid(1234))
  await expect(row(1234)).toBeInViewport()

  // Pinned side by side each is called by its uuid too.
  await row(1234).focus()
  await panel.keyboard.press('p')
  await panel.keyboard.press('ArrowDown')
  await panel.keyboard.press('p')
  for (const n of [1234, 1235]) {
    await expect(panel.getByRole('complementary', { name: `Pinned: Render (${uuid(n)})` })).toBeAttached()
  }

  // On the wall each card says which it is.
  await panel.getByRole('button', { name: 'Wall', exact: true }).click()
  const card = panel.getByRole('row', { name: `Render, ${uuid(1235)}, live` })
  await expect(card.getByText(uuid(1235))).toBeVisible()
  await panel.getByRole('button', { name: 'Table', exact: true }).click()

  // All of them are unregistered by a question that says which.
  await row(1235).focus()
  await panel.keyboard.press('ControlOrMeta+a')
  await panel.keyboard.press('Delete')
  const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
  await expect(dialog).toContainText('2,000 clients')
  await expect(dialog.getByRole('listitem').first()).toHaveText(`Render${uuid(0)}`)
  await expect(dialog).toContainText('about 200 seconds')
  await dialog.getByRole('checkbox', { name: /a second/ }).uncheck()
  await dialog.getByRole('button', { name: 'Unregister', exact: true }).click()
  await expect(panel.getByText('Unregistered 2,000 clients.').first()).toBeVisible()
  await expect(grid.getByRole('row', { name: /^Render/ })).toHaveCount(0)
})
