import { describe, expect, it } from 'vitest'
import { takePanelKey } from '../../../../src/renderer/connection/panel-key.ts'
import { createPreferences } from '../../../../src/renderer/settings/preferences.ts'
import { createTheme } from '../../../../src/renderer/theme/theme.ts'
import { livePanel } from '../fakes/fake-panel.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'

const layout = {
  columns: ['client', 'place', 'group', 'job', 'lastSeen'],
  widths: { client: 240 },
  sort: {
    persistent: [{ column: 'client', direction: 'descending' }],
    ephemeral: [{ column: 'client', direction: 'ascending' }],
  },
  groupBy: 'host',
  shownAs: 'wall',
}

/** What version 0.1.0 left in a browser. Its names and shapes stay readable: people's views are in them. */
function storagesOf010() {
  return {
    storage: createFakeStorage({
      'busbar.clients': JSON.stringify(layout),
      'busbar.views': JSON.stringify([
        { name: 'Stale at the studio', query: 'host:studio', state: 'stale', layout },
      ]),
      'busbar.jobs': '[{"column":"state","direction":"ascending"}]',
      'busbar.reasons': '["It hangs","Enough for today"]',
      'busbar.preferences':
        '{"density":"compact","textSize":130,"inspectorWidth":372,"approvalSound":true,"cardSize":"medium","wallSeconds":10,"viewportSeconds":5}',
      'busbar.theme': 'light',
    }),
    windowStorage: createFakeStorage({
      'busbar.pins': '{"pins":[{"key":"local\\u001fa","tab":"record"}],"together":false}',
      'busbar.panel-key': 'the-key',
    }),
  }
}

describe('what version 0.1.0 stored in the browser', () => {
  it('is how the panel shows itself: layout, saved views, order of jobs, reasons and pins', async () => {
    const { panel } = await livePanel(['a', 'b'], storagesOf010())
    expect(panel.clients.state.getState().layout).toStrictEqual(layout)
    expect(panel.savedViews.state.getState().views).toStrictEqual([
      { name: 'Stale at the studio', query: 'host:studio', state: 'stale', layout },
    ])
    expect(panel.jobs.state.getState().sorts).toStrictEqual([{ column: 'state', direction: 'ascending' }])
    expect(panel.unregister.state.getState().reasons).toStrictEqual(['It hangs', 'Enough for today'])
    expect(panel.pins.state.getState().pins.map(({ key }) => key)).toStrictEqual(['local\u001fa'])
  })

  it('is how the panel looks, and opens it', () => {
    const { storage, windowStorage } = storagesOf010()
    const root = { dataset: {}, style: { zoom: '' } }
    expect(createPreferences({ root, storage }).state.getState()).toStrictEqual({
      density: 'compact',
      textSize: 130,
      inspectorWidth: 372,
      approvalSound: true,
      cardSize: 'medium',
      wallSeconds: 10,
      viewportSeconds: 5,
    })
    const prefersLight = { matches: false, addEventListener: () => undefined }
    expect(createTheme({ root, storage, prefersLight }).state.getState()).toStrictEqual({ choice: 'light' })
    expect(
      takePanelKey({
        location: { hash: '', pathname: '/', search: '' },
        history: { replaceState: () => undefined },
        storage: windowStorage,
      }),
    ).toBe('the-key')
  })
})
