import { memo } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { PanelJob } from '../../../shared/jobs.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Elapsed, LastSeen } from '../../widgets/Times.tsx'
import { durationText } from '../../lib/time-text.ts'
import { JobDot } from './JobDot.tsx'
import grid from '../../ui/GridRow.module.css'
import { ProgressBar } from '../../ui/ProgressBar.tsx'
import styles from './JobRow.module.css'
import { isBeingCancelled, jobStateText } from '../../model/jobs/job-state-text.ts'
import { partyText } from '../../model/jobs/job-text.ts'

/** Height in CSS pixels; the style sheet says the same. */
export const jobRowHeight = 44

interface JobRowProps {
  jobKey: string
  index: number
  /** Distance from the first row, in CSS pixels. */
  top: number
  tabStop: boolean
}

/** One job. Drawn anew only when its own row changes. */
export const JobRow = memo(function JobRow({ jobKey, index, top, tabStop }: JobRowProps) {
  const { jobs, jobSelection } = usePanel()
  const job = useStore(jobs.state, (state) => state.byKey.get(jobKey))
  const selected = useStore(jobSelection.state, (state) => state.selected.has(jobKey))
  const live = useLive()
  if (job === undefined) return null
  const targets = partyText(job)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-label={visibleText(`${job.title}, ${jobStateText(job)}, ${targets}`)}
      data-job={jobKey}
      tabIndex={tabStop ? 0 : -1}
      className={`${grid['row']} ${styles['row']} ${live ? '' : grid['quiet']}`}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => jobSelection.standOn(jobKey)}
    >
      <div role="gridcell" data-column="job" className={`${grid['cell']} ${styles['job']}`}>
        <JobDot state={job.state} />
        <ClientText className={styles['title']} text={job.title} />
        <ClientText
          className={`${styles['preview']} ${job.problem === '' ? '' : styles['failed']}`}
          text={job.problem === '' ? job.preview : job.problem}
        />
      </div>
      <div role="gridcell" data-column="state" className={grid['cell']}>
        <JobProgress job={job} />
      </div>
      <div role="gridcell" data-column="parties" className={`${grid['cell']} ${styles['parties']}`}>
        <ClientText className={styles['from']} text={job.from.name} />
        <span className={styles['to']}>
          <span aria-hidden>→ </span>
          <ClientText text={targets} />
        </span>
      </div>
      <div role="gridcell" data-column="took" className={`${grid['cell']} ${grid['end']} num`} translate="no">
        <JobDuration job={job} />
      </div>
      <div
        role="gridcell"
        data-column="asked"
        className={`${grid['cell']} ${grid['end']} ${grid['dim']} num`}
        translate="no"
      >
        <LastSeen at={job.createdAt} />
      </div>
    </div>
  )
})

/** How long it ran; while nobody has said that it runs, how long it waits. */
export function JobDuration({ job }: { job: PanelJob }) {
  const since = job.startedAt ?? job.createdAt
  if (job.endedAt === null) return <Elapsed since={since} />
  const seconds = job.endedAt - since
  return <span>{seconds < 1 ? `${Math.max(0, Math.round(seconds * 1000))} ms` : durationText(seconds)}</span>
}

export function JobProgress({ job }: { job: PanelJob }) {
  if (job.state !== 'running' || job.progress === null || isBeingCancelled(job)) {
    return (
      <span className={styles[job.state]} title={visibleText(job.progressMessage)}>
        {jobStateText(job)}
      </span>
    )
  }
  return (
    <span className={styles['progress']} title={visibleText(job.progressMessage)}>
      <ProgressBar
        progress={job.progress}
        label={visibleText(job.progressMessage === '' ? job.title : job.progressMessage)}
      />
    </span>
  )
}
