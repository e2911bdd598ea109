import { expect, it } from 'vitest'
import { chosenTargetName } from '../../../../../src/renderer/model/clients/client-columns.ts'
import { panelClient } from '../../fakes/panel-clients.ts'

it('names the Blender that a session chose, or the words it chose', () => {
  const blender = panelClient('b-1', { record: { label: 'Shot 010' } })
  const byKey = new Map([[blender.key, blender]])
  const chosen = (target: string | null) => chosenTargetName(panelClient('llm-1', { target }), byKey)
  expect(chosen('b-1')).toBe('Shot 010')
  expect(chosen('b-2')).toBe('b-2')
  expect(chosen('group:farm')).toBe('group:farm')
  expect(chosen(null)).toBeNull()
})
