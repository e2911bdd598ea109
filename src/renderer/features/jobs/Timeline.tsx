import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../status/count-text.ts'
import { jobStateWords } from './jobs-order.ts'
import { timelineLanes, type Lane } from './timeline-lanes.ts'
import styles from './Timeline.module.css'

const windows = [
  { label: '5 min', seconds: 300 },
  { label: '30 min', seconds: 1_800 },
  { label: '3 h', seconds: 10_800 },
] as const

/** Units of the drawing across; its height is in pixels. */
const width = 1000
const rowHeight = 9

/**
 * What ran when, one lane a Blender. The list below says the same in words, so that the drawing is one picture to
 * those who can't see it.
 */
export function Timeline() {
  const { jobs, clock } = usePanel()
  const [choice, setChoice] = useState(0)
  const byKey = useStore(jobs.state, (state) => state.byKey)
  const now = useStore(clock.state, (state) => state.now)
  const { seconds } = windows[choice] ?? windows[0]
  const lanes = useMemo(
    () => (now === null ? [] : timelineLanes(byKey.values(), now, seconds)),
    [byKey, now, seconds],
  )
  if (byKey.size === 0) return null
  const ran = new Set(lanes.flatMap(({ stretches }) => stretches.map(({ job }) => job.key))).size
  return (
    <figure className={styles['timeline']}>
      <figcaption>
        <span>Timeline</span>
        <span className={styles['range']} role="group" aria-label="Length of the timeline">
          {windows.map(({ label }, index) => (
            <button
              key={label}
              type="button"
              aria-pressed={index === choice}
              onClick={() => setChoice(index)}
            >
              {label}
            </button>
          ))}
        </span>
      </figcaption>
      {lanes.length === 0 ? (
        <p className={styles['none']}>No job in this time.</p>
      ) : (
        <div
          className={styles['lanes']}
          role="img"
          aria-label={`${countOf(ran, 'job')} on ${countOf(lanes.length, 'client')} in the last ${windows[choice]?.label ?? ''}`}
        >
          {lanes.map((lane) => (
            <LaneRow key={lane.uuid} lane={lane} />
          ))}
        </div>
      )}
    </figure>
  )
}

function LaneRow({ lane }: { lane: Lane }) {
  const { jobs } = usePanel()
  const height = lane.rows * rowHeight
  return (
    <div className={styles['lane']}>
      <ClientText className={styles['name']} text={lane.name} />
      <svg viewBox={`0 0 ${width} ${height}`} height={height} preserveAspectRatio="none">
        {lane.stretches.map(({ job, from, to, row }) => (
          <rect
            key={job.key}
            className={styles[job.state]}
            // So that a short job can still be seen and hit.
            width={Math.max(3, (to - from) * width)}
            x={Math.min(width - 3, from * width)}
            y={row * rowHeight + 1}
            height={rowHeight - 2}
            onClick={() => jobs.open(job.key)}
          >
            <title>{visibleText(`${job.title}, ${jobStateWords[job.state]}`)}</title>
          </rect>
        ))}
      </svg>
    </div>
  )
}
