import type { CDPSession, Page } from '@playwright/test'
import { writeText } from './fixtures/editor-text.ts'
import { expect, test } from './fixtures/panel-test.ts'

/** An input method as Chromium has it: text that is not there yet, and keys that belong to it. */
async function inputMethod(page: Page) {
  const cdp: CDPSession = await page.context().newCDPSession(page)
  return {
    compose: (text: string) =>
      cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    commit: (text: string) => cdp.send('Input.insertText', { text }),
    /** A key that the input method has taken. */
    async key(key: string) {
      for (const type of ['rawKeyDown', 'keyUp'] as const) {
        await cdp.send('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: 229 })
      }
    },
    /** The same key once the composition is over. */
    press: (key: string) => page.keyboard.press(key),
  }
}

/** Presses a key of a layout that Playwright does not know. */
async function pressOn(page: Page, key: string, code: string, control = false): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const modifiers = control ? 2 : 0
  const windowsVirtualKeyCode = code === 'Slash' ? 191 : code.charCodeAt(3)
  for (const type of ['rawKeyDown', 'keyUp'] as const) {
    await cdp.send('Input.dispatchKeyEvent', { type, key, code, modifiers, windowsVirtualKeyCode })
  }
}

test('keys of an input method are no commands', async ({ panel, connectClient }) => {
  const a = await connectClient({
    name: 'a',
    register: { client_uuid: 'a-1', client_type: 'blender', is_persistent: true, label: 'さくら' },
  })
  await expect(panel.getByRole('row', { name: /^さくら/ })).toBeVisible()
  const ime = await inputMethod(panel)

  // In the palette Enter takes the word, and the next one runs the command.
  await panel.keyboard.press('ControlOrMeta+k')
  const palette = panel.getByRole('dialog', { name: 'Commands' })
  const query = palette.getByRole('combobox')
  await ime.compose('さくら')
  await expect(query).toHaveValue('さくら')
  await ime.key('ArrowDown')
  await ime.key('Enter')
  await ime.key('Escape')
  await expect(palette).toBeVisible()
  await expect(palette.getByRole('option').first()).toHaveAttribute('aria-selected', 'true')
  await ime.commit('さくら')
  await expect(query).toHaveValue('さくら')
  await ime.press('Enter')
  await expect(palette).toHaveCount(0)
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector).toContainText('さくら')

  // In the search box Escape leaves the word alone, and Enter does not leave the box.
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  await search.focus()
  await ime.compose('さく')
  await ime.key('Escape')
  await ime.key('Enter')
  await expect(search).toBeFocused()
  await expect(search).toHaveValue('さく')
  await expect(inspector).toBeVisible()
  await ime.commit('さく')
  await search.fill('')

  // In a code editor neither does Escape let Tab go, nor does Enter with Ctrl send.
  await inspector.getByRole('tab', { name: 'Send' }).click()
  const editor = inspector.getByRole('textbox', { name: 'Python' })
  await writeText(editor, '# ')
  await ime.compose('さくら')
  await ime.key('Enter')
  await ime.key('Escape')
  await ime.commit('さくら')
  await expect(editor).toBeFocused()
  await expect(editor).toContainText('# さくら')
  await panel.keyboard.press('Tab')
  await expect(editor).toBeFocused()

  // The reason of an unregistering is not given by the Enter that takes a word.
  await panel.getByRole('row', { name: /^さくら/ }).focus()
  await panel.keyboard.press('Delete')
  const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
  const reason = dialog.getByRole('textbox', { name: 'Reason' })
  await expect(reason).toBeFocused()
  await ime.compose('おわり')
  await ime.key('Enter')
  await ime.key('Escape')
  await expect(dialog).toBeVisible()
  await ime.commit('おわり')
  await expect(reason).toHaveValue('おわり')
  await ime.press('Escape')
  await expect(dialog).toHaveCount(0)
  await a.leave()
})

for (const [layout, keys] of Object.entries({
  Russian: { k: 'л', a: 'ф', p: 'з', slash: '.' },
  Greek: { k: 'κ', a: 'α', p: 'π', slash: '/' },
  Hebrew: { k: 'ל', a: 'ש', p: 'פ', slash: '.' },
})) {
  test(`shortcuts are where they are on a Latin keyboard: ${layout}`, async ({ panel, connectClient }) => {
    const program = await connectClient({ name: 'program' })
    for (const uuid of ['one', 'two']) {
      await program.call('blender_register_client', {
        client_uuid: uuid,
        client_type: 'blender',
        is_persistent: true,
      })
    }
    const row = panel.getByRole('row', { name: /^one/ })
    await expect(row).toBeVisible()
    await expect(panel.getByRole('row', { name: /^two/ })).toBeVisible()

    await pressOn(panel, keys.slash, 'Slash')
    await expect(panel.getByRole('searchbox', { name: 'Search clients' })).toBeFocused()
    await pressOn(panel, keys.k, 'KeyK', true)
    await expect(panel.getByRole('dialog', { name: 'Commands' })).toBeVisible()
    await panel.keyboard.press('Escape')
    await expect(panel.getByRole('dialog', { name: 'Commands' })).toHaveCount(0)
    await row.click()
    await pressOn(panel, keys.a, 'KeyA', true)
    await expect(panel.getByRole('row', { selected: true })).toHaveCount(2)
    await row.click()
    await pressOn(panel, keys.p, 'KeyP')
    await expect(panel.locator('[data-pinned]')).toHaveCount(1)
  })
}
