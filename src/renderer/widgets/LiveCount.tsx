import { useLive } from '../panel/panel-context.ts'

/** A number of the moment. Without a connection there is none: an old number is not the truth. */
export function LiveCount({ value }: { value: number }) {
  const live = useLive()
  return (
    <span className="num" translate="no">
      {live ? value : '–'}
    </span>
  )
}
