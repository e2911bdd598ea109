import { useStore } from 'zustand'
import { usePanel } from '../panel/panel-context.ts'
import { countOf } from '../lib/count-text.ts'
import { agoPhrase, agoText, elapsedText, exactTime, silentText } from '../lib/time-text.ts'

/** A text that depends on the main process's clock; drawn anew only when the text changes. */
function useClockText(text: (now: number) => string): string {
  return useStore(usePanel().clock.state, ({ now }) => (now === null ? '' : text(now)))
}

/** How long ago a client was heard, with the exact moment on hover. `at` in Unix seconds. */
export function LastSeen({ at }: { at: number }) {
  return (
    <time title={exactTime(at)} translate="no">
      {useClockText((now) => agoText(now - at))}
    </time>
  )
}

/** The same as a sentence for a client that has fallen silent. */
export function SilentFor({ since }: { since: number }) {
  const text = useClockText((now) => silentText(now - since))
  return (
    <span title={`Last heard ${exactTime(since)}`} translate="no">
      {text}
    </span>
  )
}

/** How long something has been going on. */
export function Elapsed({ since }: { since: number }) {
  const text = useClockText((now) => elapsedText(now - since))
  return (
    <time className="num" translate="no" title={`Since ${exactTime(since)}`}>
      {text}
    </time>
  )
}

/** What something is and how old: `viewport, 4 s ago`, with the exact moment on hover. */
export function Aged({ what, at }: { what: string; at: number }) {
  const text = useClockText((now) => `${what}, ${agoPhrase(now - at)}`)
  return (
    <time className="num" translate="no" title={exactTime(at)}>
      {text}
    </time>
  )
}

/** What a block refused, and when last: `refused 12 calls, last 5 s ago`; nothing before the first. */
export function Refused({ count, lastAt }: { count: number; lastAt: number | null }) {
  const text = useClockText((now) => (lastAt === null ? '' : `, last ${agoPhrase(now - lastAt)}`))
  if (lastAt === null) return null
  return (
    <time className="num" translate="no" title={`Last ${exactTime(lastAt)}`}>
      {`refused ${countOf(count, 'call')}${text}`}
    </time>
  )
}

/** How long until a moment: `for 14 min more`, or `over`. */
export function Until({ at }: { at: number }) {
  const text = useClockText((now) => (at <= now ? 'over' : `for ${agoText(Math.max(1, at - now))} more`))
  return (
    <time className="num" translate="no" title={exactTime(at)}>
      {text}
    </time>
  )
}
