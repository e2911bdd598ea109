import { expect, it } from 'vitest'
import { createPreferences } from '../../../../src/renderer/settings/preferences.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'

const page = () => ({ dataset: {} as Record<string, string>, style: { zoom: '' } })

it('applies what was set, and again at the next visit', () => {
  const storage = createFakeStorage()
  const first = page()
  const preferences = createPreferences({ root: first, storage })
  expect(first).toEqual({ dataset: { density: 'normal', textSize: '100' }, style: { zoom: '' } })
  preferences.set({ density: 'compact', textSize: 130 })
  expect(first).toEqual({ dataset: { density: 'compact', textSize: '130' }, style: { zoom: '1.3' } })
  const second = page()
  createPreferences({ root: second, storage })
  expect(second).toEqual(first)
})

it('changes one thing of what two tabs keep, and shows what the other sets', () => {
  const storage = createFakeStorage()
  const [first, second] = [page(), page()]
  const here = createPreferences({ root: first, storage })
  const there = createPreferences({ root: second, storage: storage.otherTab() })
  here.set({ density: 'compact' })
  there.set({ textSize: 150 })
  const both = { dataset: { density: 'compact', textSize: '150' }, style: { zoom: '1.5' } }
  expect([first, second]).toEqual([both, both])
  const third = page()
  createPreferences({ root: third, storage })
  expect(third).toEqual(both)
})

it('keeps what another tab set without a word', () => {
  const storage = createFakeStorage()
  const here = createPreferences({ root: page(), storage: { ...storage, follow: () => undefined } })
  createPreferences({ root: page(), storage: storage.otherTab() }).set({ textSize: 150 })
  here.set({ density: 'compact' })
  expect(here.state.getState()).toMatchObject({ density: 'compact', textSize: 150 })
  expect(JSON.parse(storage.held['busbar.preferences'] ?? '')).toMatchObject({
    density: 'compact',
    textSize: 150,
  })
})

it('starts as at first where what is remembered makes no sense', () => {
  const storage = createFakeStorage({
    'busbar.preferences': '{"density":"tiny","textSize":9000,"inspectorWidth":1}',
  })
  expect(createPreferences({ root: page(), storage }).state.getState()).toEqual({
    density: 'normal',
    textSize: 100,
    inspectorWidth: 372,
    approvalSound: true,
    cardSize: 'medium',
    wallSeconds: 10,
    viewportSeconds: 5,
  })
})

it('keeps what an older version remembered, and fills in what that did not know', () => {
  const storage = createFakeStorage({
    'busbar.preferences': '{"density":"compact","textSize":130,"inspectorWidth":400}',
  })
  expect(createPreferences({ root: page(), storage }).state.getState()).toMatchObject({
    density: 'compact',
    inspectorWidth: 400,
    wallSeconds: 10,
  })
})
