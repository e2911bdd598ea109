import { expect, it } from 'vitest'
import { createTheme } from '../../../../src/renderer/theme/theme.ts'
import { livePanel } from '../fakes/fake-panel.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'

it('two tabs change one part each of the layout that is kept, and go on looking at what they show', async () => {
  const storage = createFakeStorage()
  const { panel: here } = await livePanel(['a'], { storage })
  const { panel: there } = await livePanel(['a'], { storage: storage.otherTab() })
  here.clients.arrange({ shownAs: 'wall', groupBy: 'host' })
  there.clients.arrange({ columns: ['client', 'job'] })
  there.clients.arrange({ widths: { client: 300 } })
  const sort = {
    persistent: [{ column: 'client', direction: 'ascending' }],
    ephemeral: [{ column: 'client', direction: 'ascending' }],
  }
  const shared = { columns: ['client', 'job'], widths: { client: 300 }, sort }
  expect(here.clients.state.getState().layout).toEqual({ ...shared, shownAs: 'wall', groupBy: 'host' })
  expect(there.clients.state.getState().layout).toEqual({ ...shared, shownAs: 'table', groupBy: null })
  const { panel: later } = await livePanel(['a'], { storage })
  expect(later.clients.state.getState().layout).toEqual({ ...shared, shownAs: 'wall', groupBy: 'host' })
})

it('a theme that is chosen in one tab is drawn in the other', () => {
  const storage = createFakeStorage()
  const open = (held: typeof storage) => {
    const root = { dataset: {} as Record<string, string> }
    const prefersLight = { matches: false, addEventListener: () => undefined }
    return { root, theme: createTheme({ root, storage: held, prefersLight }) }
  }
  const [here, there] = [open(storage), open(storage.otherTab())]
  here.theme.choose('light')
  expect([there.root.dataset, there.theme.state.getState()]).toEqual([
    { theme: 'light' },
    { choice: 'light' },
  ])
})
