import { useEffect, useEffectEvent } from 'react'
import { useStore } from 'zustand'
import { usePanel } from './panel-context.ts'
import type { Wish } from './wishes.ts'

type WishTo<To extends Wish['to']> = Extract<Wish, { to: To }>

/**
 * Does what the palette wishes of this view, as soon as both are there.
 *
 * @param isMine leaves wishes to others that are about something else
 */
export function useWish<To extends Wish['to']>(
  to: To,
  fulfil: (wish: WishTo<To>) => void,
  isMine: (wish: WishTo<To>) => boolean = () => true,
): void {
  const { wishes } = usePanel()
  const wish = useStore(wishes.state, ({ wish: waiting }) =>
    waiting?.to === to && isMine(waiting as WishTo<To>) ? (waiting as WishTo<To>) : null,
  )
  const onWish = useEffectEvent(fulfil)
  useEffect(() => {
    if (wish !== null && wishes.take(wish)) onWish(wish)
  }, [wish, wishes])
}
