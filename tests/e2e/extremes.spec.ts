/** What no day brings, and the panel bears: the largest payload, and clocks that are wrong. */
import type { Page } from '@playwright/test'
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
    register: { client_uuid: 'l', client_type: 'llm' },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  await panel.getByRole('row', { name: /^l,/ }).click()
  await panel.keyboard.press('m')
  const form = panel.getByRole('form', { name: 'Send' })
  const payload = form.getByRole('textbox', { name: 'Payload' })
  const send = form.getByRole('button', { name: 'Send', exact: true })
  const paste = (text: string) =>
    payload.evaluate((area: HTMLTextAreaElement, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      area.select()
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
  await paste(jsonOf(4 * mebibyte + 1))
  await expect(form.getByText('It is larger than 4 MiB')).toBeVisible()
  await expect(send).toBeDisabled()

  // What is wrong far behind what is shown is a click away.
  const lines = Array.from({ length: 100_000 }, (_, n) => `  "key ${n}": "a text of some length"`)
  await paste(`{\n${lines.join(',\n').replace('"key 90000"', 'oops')}\n}`)
  await expect(payload).not.toHaveValue(/oops/)
  await form.getByRole('button', { name: /^Line 90002, column 3: / }).click()
  await expect(payload).toBeFocused()
  await expect(payload).toHaveValue(/oops/)
  expect(
    await payload.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart).slice(0, 4)),
  ).toBe('oops')

  await paste(jsonOf(4 * mebibyte))
  await expect(form.getByText('4.0 MiB of 4.0 MiB')).toBeVisible()
  await expect(form.getByText('4,194,304 characters are too many to edit here.')).toBeVisible()
  await expect(payload).not.toBeEditable()
  await expect(send).toBeEnabled()
  await send.click()
  const sent = panel.getByRole('region', { name: 'Sent from this panel' })
  await expect(sent.getByRole('listitem')).toContainText('Sent on its stream.')
  await expect(sent.getByRole('listitem')).toContainText('Shown are 4,000 of 4,194,304 characters.')
  await expect.poll(() => heard.map((message) => message.payload.data?.length)).toEqual([4 * mebibyte - 11])
  // What is short can be edited again.
  await paste('{"short": 1}')
  await expect(payload).toHaveValue('{"short": 1}')
  await expect(payload).toBeEditable()
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
