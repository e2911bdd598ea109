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
