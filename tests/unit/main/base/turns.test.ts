import { expect, it } from 'vitest'
import { createTurns } from '../../../../src/main/base/turns.ts'

it('users take turns, one in a round of the event loop', async () => {
  const turns = createTurns()
  const heard: string[] = []
  const work = async (userId: string, name: string): Promise<void> => {
    await turns(userId)
    heard.push(name)
    setImmediate(() => heard.push(`after ${name}`))
  }
  await Promise.all([work('eve', 'e1'), work('eve', 'e2'), work('eve', 'e3'), work('bob', 'b1')])
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard.filter((each) => !each.startsWith('after'))).toStrictEqual(['e1', 'b1', 'e2', 'e3'])
  expect(heard.indexOf('after e1')).toBeLessThan(heard.indexOf('e2'))
})

it('goes on when it had nothing to do', async () => {
  const turns = createTurns()
  await turns('a')
  await turns('a')
  await expect(turns('b')).resolves.toBeUndefined()
})
