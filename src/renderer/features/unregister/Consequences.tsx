import { useMemo } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { countOf } from '../../lib/count-text.ts'
import { partyText } from '../../model/jobs/job-text.ts'
import { jobStateText } from '../../model/jobs/job-state-text.ts'
import { jobsThatEnd } from '../../model/jobs/jobs-order.ts'
import type { UnregisterTarget } from '../../model/unregister/unregister-store.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import styles from './UnregisterDialog.module.css'

/** So many jobs are listed; the others are counted. */
const jobsShown = 5

/** What will happen, with the jobs as they are while the dialog is open. */
export function Consequences({ targets }: { targets: readonly UnregisterTarget[] }) {
  const { clients, jobs } = usePanel()
  const one = targets.length === 1
  const left = useStore(clients.state, ({ byKey }) => targets.filter(({ key }) => !byKey.has(key)).length)
  const byKey = useStore(jobs.state, (state) => state.byKey)
  const ending = useMemo(() => jobsThatEnd(byKey, targets), [byKey, targets])
  const uuid = one ? targets[0]?.uuid : undefined
  return (
    <>
      <p className={styles['consequences']}>
        {one ? 'It leaves' : 'They leave'} the bus.{' '}
        {ending.length === 0
          ? `No job of ${one ? 'it' : 'them'} is running or waiting.`
          : `${countOf(ending.length, 'unfinished job')} end${ending.length === 1 ? 's' : ''} as cancelled, in Blender too:`}
        {left > 0 && ` ${one ? 'It has' : `${left} of them have`} left meanwhile.`}
      </p>
      {ending.length > 0 && (
        <ul className={styles['jobs']} aria-label="Jobs that end">
          {ending.slice(0, jobsShown).map((job) => (
            <li key={job.key}>
              <ClientText className={styles['name']} text={job.title} />
              <span>
                {jobStateText(job)}
                {job.progress !== null && job.state === 'running' && ` ${Math.round(job.progress * 100)} %`}
                {job.from.uuid !== uuid && (
                  <>
                    , for <ClientText text={job.from.name} />
                  </>
                )}
                {(job.from.uuid === uuid || !one) && (
                  <>
                    {one && ','} on <ClientText text={partyText(job)} />
                  </>
                )}
              </span>
            </li>
          ))}
          {ending.length > jobsShown && (
            <li className="num" translate="no">
              and {ending.length - jobsShown} more
            </li>
          )}
        </ul>
      )}
    </>
  )
}
