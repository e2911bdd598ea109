import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import styles from './Sparkline.module.css'

const width = 140
const height = 34

/** Points of a line through the values, the newest at the right edge. The scale starts at zero. */
function sparklinePoints(values: readonly number[]): string {
  const top = Math.max(1, ...values)
  const across = width / Math.max(1, values.length - 1)
  return values
    .map(
      (value, index) =>
        `${(index * across).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`,
    )
    .join(' ')
}

/** Messages handed to targets over the last minute. */
export function Sparkline() {
  const live = useLive()
  const values = useStore(usePanel().status, (state) => state.status?.messagesPerSecond ?? null)
  const latest = values?.at(-1) ?? 0
  return (
    <a
      className={styles['spark']}
      href={placeLink('activity')}
      title="Messages handed to their targets in each second of the last minute; more under Activity"
    >
      <div className={styles['legend']}>
        <span>Messages</span>
        <span className="num" translate="no">
          {live ? `${latest}/s` : '–'}
        </span>
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden>
        {live && values !== null && values.length > 1 && (
          <polyline points={sparklinePoints(values)} vectorEffect="non-scaling-stroke" />
        )}
      </svg>
    </a>
  )
}
