import { useMemo } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { LastSeen } from '../../widgets/Times.tsx'
import { JobDot } from '../jobs/JobDot.tsx'
import { JobDuration } from '../jobs/JobRow.tsx'
import { jobStateText } from '../../model/jobs/job-state-text.ts'
import { jobsOfClient } from '../../model/jobs/jobs-order.ts'
import inspectorStyles from '../../ui/Pane.module.css'
import styles from './JobsTab.module.css'

/** The jobs this client was given or asked for, newest first; each leads to the job in full. */
export function JobsTab({ client }: { client: PanelClient }) {
  const byKey = useStore(usePanel().jobs.state, (state) => state.byKey)
  const { userId } = client
  const { uuid } = client.record
  const jobs = useMemo(() => jobsOfClient(byKey, userId, uuid), [byKey, userId, uuid])
  if (jobs.length === 0) {
    return <p className={inspectorStyles['note']}>It was given no job and has asked for none.</p>
  }
  return (
    <ol className={styles['jobs']} aria-label="Jobs of this client, newest first">
      {jobs.map((job) => {
        const asked = job.from.uuid === uuid
        return (
          <li key={job.key}>
            <a href={placeLink('jobs', job.jobId)}>
              <JobDot state={job.state} />
              <ClientText className={styles['title']} text={job.title} />
              <span className={styles['side']}>
                {jobStateText(job)}, <JobDuration job={job} />
              </span>
              <span className={styles['party']}>
                {asked ? 'asked of ' : 'for '}
                <ClientText text={(asked ? job.targets[0]?.name : job.from.name) ?? 'nobody'} />
              </span>
              <span className={`${styles['side']} num`} translate="no">
                <LastSeen at={job.createdAt} />
              </span>
            </a>
          </li>
        )
      })}
    </ol>
  )
}
