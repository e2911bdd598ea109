import { expect, it } from 'vitest'
import { unregisterChoices } from '../../../../../src/renderer/features/clients/unregister-choices.ts'
import { livePanel } from '../../fakes/fake-panel.ts'

it.each(['table', 'wall'] as const)('counts the clients that are shown, as a %s', async (shownAs) => {
  const { panel } = await livePanel()
  panel.clients.arrange({ shownAs })
  const entries = unregisterChoices(panel).map(({ label, unusable }) => ({ label, unusable }))
  expect(entries).toStrictEqual([
    { label: 'Unregister the selected clients (0)…', unusable: 'none is selected' },
    { label: 'Unregister all stale clients (0)…', unusable: 'no client is stale' },
    { label: 'Unregister all disconnected clients (0)…', unusable: 'no client is disconnected' },
    { label: 'Unregister all clients shown (2)…', unusable: null },
  ])
})
