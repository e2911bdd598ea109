import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import type { PanelJob } from '../../../shared/jobs.ts'
import { Segments } from '../../ui/Segments.tsx'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../../lib/count-text.ts'
import { durationText } from '../../lib/time-text.ts'
import { jobStateText } from '../../model/jobs/job-state-text.ts'
import { tookSeconds } from '../../model/jobs/jobs-order.ts'
import {
  adjacentBar,
  jobsInWindow,
  timelineLanes,
  timelineWindows,
  type Lane,
  type TimelineBar,
} from '../../model/jobs/timeline-lanes.ts'
import styles from './Timeline.module.css'

const firstWindow = 1

/** In CSS pixels. */
const rowHeight = 9

/**
 * What ran when, one lane a client. One job is in reach of Tab, the arrow keys go to the others; what the pointer or
 * the keyboard is on is told above the lanes, and a click or Enter opens it.
 */
export function Timeline() {
  const { jobs, clock } = usePanel()
  const [choice, setChoice] = useState<number>(firstWindow)
  useIntent('show a timeline', ({ seconds: wanted }) =>
    setChoice(timelineWindows.findIndex((each) => each.seconds === wanted)),
  )
  const [stand, setStand] = useState<{ lane: string; key: string } | null>(null)
  const [told, setTold] = useState<string | null>(null)
  const byKey = useStore(jobs.state, (state) => state.byKey)
  const now = useStore(clock.state, (state) => state.now)
  const figure = useRef<HTMLElement>(null)
  const { seconds, label } = timelineWindows[choice] ?? timelineWindows[firstWindow]
  const inWindow = useMemo(
    () => (now === null ? [] : jobsInWindow(byKey.values(), now, seconds)),
    [byKey, now, seconds],
  )
  const { lanes, drawn } = useMemo(
    () => (now === null ? { lanes: [], drawn: 0 } : timelineLanes(inWindow, now, seconds)),
    [inWindow, now, seconds],
  )
  if (byKey.size === 0) return null
  // The last of the first lane is in reach of Tab until somebody has stood elsewhere.
  const known = lanes.some(
    ({ key, bars }) => key === stand?.lane && bars.some(({ job }) => job.key === stand.key),
  )
  const [first] = lanes
  const standing = known
    ? stand
    : first === undefined
      ? null
      : { lane: first.key, key: first.bars.at(-1)?.job.key ?? '' }

  const zoom = (by: 1 | -1) => setChoice(Math.max(0, Math.min(timelineWindows.length - 1, choice + by)))
  const onKeyDown = (event: KeyboardEvent) => {
    const shortcut = shortcutOf(event, 'timeline')
    if (shortcut === 'closer') zoom(-1)
    else if (shortcut === 'wider') zoom(1)
    else if ((shortcut === 'job' || shortcut === 'lane') && standing !== null) {
      const next = adjacentBar(lanes, standing, event.key)
      if (next === null) return
      setStand(next)
      figure.current
        ?.querySelector<HTMLElement>(
          `[data-lane="${CSS.escape(next.lane)}"] [data-bar="${CSS.escape(next.key)}"]`,
        )
        ?.focus()
    } else return
    event.preventDefault()
  }
  const toldJob = told === null ? undefined : byKey.get(told)

  return (
    <figure className={styles['timeline']} ref={figure} aria-label="Timeline">
      <figcaption>
        <span>Timeline</span>
        <span className={styles['told']}>
          {toldJob !== undefined && now !== null && <Told job={toldJob} now={now} />}
        </span>
        <Segments minor label="Length of the timeline">
          {timelineWindows.map((each, index) => (
            <button
              key={each.label}
              type="button"
              aria-pressed={index === choice}
              onClick={() => setChoice(index)}
            >
              {each.label}
            </button>
          ))}
        </Segments>
      </figcaption>
      {lanes.length === 0 ? (
        <p className={styles['none']}>No job in this time.</p>
      ) : (
        <>
          <div
            className={styles['lanes']}
            translate="no"
            role="group"
            aria-label={`${countOf(inWindow.length, 'job')} on ${countOf(lanes.length, 'client')} in the last ${label}`}
            onKeyDown={onKeyDown}
          >
            {lanes.map((lane) => (
              <LaneRow
                key={lane.key}
                lane={lane}
                tabStop={standing?.lane === lane.key ? standing.key : null}
                onStand={(key) => setStand({ lane: lane.key, key })}
                onTell={setTold}
              />
            ))}
          </div>
          <div className={`${styles['axis']} num`} translate="no" aria-hidden>
            <span>{drawn < inWindow.length ? `the newest ${drawn} of ${inWindow.length} jobs` : ''}</span>
            <span>{label} ago</span>
            <span>{durationText(seconds / 2)}</span>
            <span>now</span>
          </div>
        </>
      )}
    </figure>
  )
}

/** What a job is, in one line. */
function Told({ job, now }: { job: PanelJob; now: number }) {
  return (
    <>
      <ClientText text={job.title} />, {jobStateText(job)},{' '}
      <span className="num" translate="no">
        {durationText(tookSeconds(job, now))}
      </span>
      , for <ClientText text={job.from.name} />
    </>
  )
}

interface LaneRowProps {
  lane: Lane
  /** The job that is in reach of Tab, null where it is in another lane. */
  tabStop: string | null
  onStand: (key: string) => void
  onTell: (key: string | null) => void
}

function LaneRow({ lane, tabStop, onStand, onTell }: LaneRowProps) {
  const panel = usePanel()
  return (
    <div className={styles['lane']} data-lane={lane.key}>
      <ClientText className={styles['name']} text={lane.name} />
      <div className={styles['track']} style={{ height: `${lane.rows * rowHeight}px` }}>
        {lane.bars.map((bar) => (
          <button
            key={bar.job.key}
            type="button"
            data-bar={bar.job.key}
            tabIndex={bar.job.key === tabStop ? 0 : -1}
            className={`${styles['bar']} ${styles[bar.job.state] ?? ''}`}
            style={placeOf(bar)}
            aria-label={visibleText(`${bar.job.title}, ${jobStateText(bar.job)}, ${lane.name}`)}
            onClick={() => panel.openJob(bar.job.key)}
            onFocus={() => {
              onStand(bar.job.key)
              onTell(bar.job.key)
            }}
            onBlur={() => onTell(null)}
            onPointerEnter={() => onTell(bar.job.key)}
            onPointerLeave={() => onTell(null)}
          />
        ))}
      </div>
    </div>
  )
}

/** A short job is drawn wide enough to be seen and hit, within the lane. */
function placeOf({ from, to, row }: TimelineBar): React.CSSProperties {
  const percent = (part: number) => `${(part * 100).toFixed(3)}%`
  return {
    insetInlineStart: `min(${percent(from)}, 100% - 5px)`,
    width: percent(to - from),
    top: `${row * rowHeight + 1}px`,
    height: `${rowHeight - 2}px`,
  }
}
