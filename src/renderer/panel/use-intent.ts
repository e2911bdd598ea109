import { useEffect, useEffectEvent } from 'react'
import { useStore } from 'zustand'
import { usePanel } from './panel-context.ts'
import type { Intent } from './intents.ts'

type IntentTo<To extends Intent['to']> = Extract<Intent, { to: To }>

/**
 * Does what the palette asks of this view, as soon as both are there.
 *
 * @param isMine leaves intents to others that are about something else
 */
export function useIntent<To extends Intent['to']>(
  to: To,
  fulfil: (intent: IntentTo<To>) => void,
  isMine: (intent: IntentTo<To>) => boolean = () => true,
): void {
  const { intents } = usePanel()
  const intent = useStore(intents.state, ({ intent: waiting }) =>
    waiting?.to === to && isMine(waiting as IntentTo<To>) ? (waiting as IntentTo<To>) : null,
  )
  const onIntent = useEffectEvent(fulfil)
  useEffect(() => {
    if (intent !== null && intents.take(intent)) onIntent(intent)
  }, [intent, intents])
}
