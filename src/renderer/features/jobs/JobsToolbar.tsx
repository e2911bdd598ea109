import { useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import bar from '../clients/ClientsToolbar.module.css'
import { JobDot } from './JobDot.tsx'
import { jobStates, jobStateWords } from './jobs-order.ts'
import styles from './JobsToolbar.module.css'

/** Which jobs to show: by state, and by words in anything a row says. */
export function JobsToolbar() {
  const { jobs } = usePanel()
  const live = useLive()
  const only = useStore(jobs.state, (state) => state.filter.state)
  const totals = useStore(jobs.state, (state) => state.totals)
  const all = useStore(jobs.state, (state) => state.byKey.size)
  const [text, setText] = useState(() => jobs.state.getState().filter.query)
  const search = (next: string) => {
    setText(next)
    jobs.search(next)
  }
  return (
    <div className={bar['bar']} role="toolbar" aria-label="Jobs">
      <div
        className={`${bar['filter']} ${live ? '' : bar['past']}`}
        role="group"
        aria-label="Show jobs by state"
      >
        <button type="button" aria-pressed={only === null} onClick={() => jobs.showState(null)}>
          All <span className="num">{all}</span>
        </button>
        {jobStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={only === state}
            onClick={() => jobs.showState(only === state ? null : state)}
          >
            <JobDot state={state} />
            <span className={bar['word']}>{jobStateWords[state]}</span>{' '}
            <span className="num">{totals[state]}</span>
          </button>
        ))}
      </div>
      <input
        className={styles['search']}
        type="text"
        role="searchbox"
        aria-label="Filter jobs"
        placeholder="Filter by words"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || text === '') return
          event.preventDefault()
          event.stopPropagation()
          search('')
        }}
      />
    </div>
  )
}
