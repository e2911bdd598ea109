import { expect, it } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'

it('calls back for the buses that are there and for those that come, until it is ended', () => {
  const buses = new BusManager({ clock: () => 0, newId: () => 'id' })
  buses.busOf('a')
  const followed: string[] = []
  const unfollow = buses.follow(({ user_id }) => followed.push(user_id))
  buses.busOf('b')
  buses.busOf('a')
  unfollow()
  buses.busOf('c')
  expect(followed).toStrictEqual(['a', 'b'])
})
