import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { JobBrief, PanelClient } from '../../../shared/clients.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { Elapsed, SilentFor } from '../../widgets/Times.tsx'
import { ProgressBar } from '../../ui/ProgressBar.tsx'
import styles from './JobCell.module.css'

/** What a client does just now: its job, the job it waits for, or why there is nothing to expect of it. */
export function JobCell({ client }: { client: PanelClient }) {
  const live = useLive()
  const asks = useStore(usePanel().approvals.state, ({ waiting }) => waiting.has(client.key))
  if (client.state === 'away') return <span>disconnected</span>
  if (client.state === 'stale') {
    return (
      <span className={live ? styles['stale'] : undefined}>
        <SilentFor since={client.record.last_seen} />
      </span>
    )
  }
  if (asks) return <span className={live ? styles['asks'] : undefined}>waits for approval</span>
  const job = client.job ?? client.workingOn
  if (job === null) return <span className={styles['faint']}>idle</span>
  return <JobProgress job={job} waiting={client.jobsWaiting} />
}

function JobProgress({ job, waiting }: { job: JobBrief; waiting: number }) {
  const title = visibleText([job.title, job.progressMessage].filter((text) => text !== '').join(': '))
  const more =
    waiting > 0 ? (
      <span className={`${styles['more']} num`} translate="no" title={`${waiting} more waiting`}>
        +{waiting}
      </span>
    ) : null
  if (job.progress === null) {
    return (
      <span className={styles['job']} title={title}>
        <span className={styles['title']}>
          <bdi>{visibleText(job.title)}</bdi>
          {job.state === 'pending' ? ', waiting' : ''}
        </span>
        <Elapsed since={job.createdAt} />
        {more}
      </span>
    )
  }
  return (
    <span className={styles['job']} title={title}>
      <ProgressBar progress={job.progress} label={title} />
      {more}
    </span>
  )
}
