import { useCallback, useRef } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import bar from '../../ui/Toolbar.module.css'
import { isTerminal } from '../../../shared/protocol.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { FilterHelp } from '../../ui/FilterHelp.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { LiveCount } from '../../widgets/LiveCount.tsx'
import { JobDot } from './JobDot.tsx'
import { jobFilter, jobStates, jobStateWords } from '../../model/jobs/jobs-order.ts'
import styles from './JobsToolbar.module.css'

const examples = [
  ['no camera', 'both words anywhere: title, code, error, who asked and of whom'],
  ['state:failed', 'jobs that failed'],
  ['from:claude', 'asked for by a client whose name or uuid has that in it'],
  ['to:"Atelier 1"', 'sent to exactly that client'],
  ['took:>10', 'took more than ten seconds'],
  ['-job:render', 'not that'],
] as const

/** Which jobs to show, by state and by the filter, and the way to cancel several. */
export function JobsToolbar() {
  const panel = usePanel()
  const { jobs, jobSelection } = panel
  const live = useLive()
  const field = useRef<HTMLInputElement>(null)
  useIntent(
    'search',
    () => field.current?.focus(),
    (intent) => intent.in === 'jobs',
  )
  const only = useStore(jobs.state, (state) => state.filter.state)
  const totals = useStore(jobs.state, (state) => state.totals)
  const all = useStore(jobs.state, (state) => state.byKey.size)
  const query = useStore(jobs.state, (state) => state.filter.query)
  const selected = useStore(jobSelection.state, (state) => state.selected)
  // One job is cancelled in its pane or by its menu: the button here is for several.
  const unfinished = useStore(jobs.state, ({ byKey }) =>
    selected.size < 2
      ? 0
      : [...selected].filter((key) => {
          const job = byKey.get(key)
          return job !== undefined && !isTerminal(job.state)
        }).length,
  )
  const suggest = useCallback(
    (text: string) => jobFilter.suggest(text, jobs.state.getState().byKey.values()),
    [jobs],
  )
  return (
    <div className={bar['bar']} role="toolbar" aria-label="Jobs">
      <Segments label="Show jobs by state" past={!live}>
        <button type="button" aria-pressed={only === null} onClick={() => jobs.showState(null)}>
          All <LiveCount value={all} />
        </button>
        {jobStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={only === state}
            onClick={() => jobs.showState(only === state ? null : state)}
          >
            <JobDot state={state} />
            <span className={bar['word']}>{jobStateWords[state]}</span> <LiveCount value={totals[state]} />
          </button>
        ))}
      </Segments>
      <FilterBox
        id="job-suggestions"
        className={styles['search']}
        label="Filter jobs"
        input={field}
        placeholder="Filter, or from:claude took:>10"
        query={query}
        suggest={suggest}
        onSearch={jobs.search}
        onLeave={jobSelection.focusActive}
        help={<FilterHelp title="How to filter jobs" language={jobFilter} examples={examples} />}
      />
      {unfinished > 0 && (
        <Button kind="danger" disabled={!live} onClick={panel.cancelSelectedJobs}>
          {unfinished === 1 ? 'Cancel job' : `Cancel ${unfinished} jobs`}
        </Button>
      )}
    </div>
  )
}
