import { expect, it } from 'vitest'
import { createIntents, type Intent } from '../../../../src/renderer/panel/intents.ts'

it('a intent waits until it is taken, once, and the last one holds', () => {
  const intents = createIntents()
  const first: Intent = { to: 'add a block' }
  const second: Intent = { to: 'add a block' }
  intents.set(first)
  intents.set(second)
  expect(intents.take(first)).toBe(false)
  expect(intents.take(second)).toBe(true)
  expect(intents.take(second)).toBe(false)
  expect(intents.state.getState()).toEqual({ intent: null })
})
