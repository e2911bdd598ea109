import { Clock } from 'lucide-react'
import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './Menus.module.css'
import type { Log } from '../../model/activity/log-store.ts'

const ago = [
  { label: '5 min ago', seconds: 300 },
  { label: '1 h ago', seconds: 3_600 },
  { label: '1 day ago', seconds: 86_400 },
] as const

/** Goes to a moment, or shows a range of time and nothing else. */
export function TimeMenu({ log }: { log: Log }) {
  const { clock } = usePanel()
  const live = useLive()
  const filter = useStore(log.state, (state) => state.filter)
  const menu = useId()
  const ids = { at: useId(), since: useId(), until: useId() }
  const [at, setAt] = useState('')
  const [since, setSince] = useState('')
  const [until, setUntil] = useState('')
  const close = () => document.getElementById(menu)?.hidePopover()
  useIntent('choose a time', () => {
    document.getElementById(menu)?.showPopover()
    document.getElementById(ids.at)?.focus()
  })
  const jump = (moment: number) => {
    close()
    void log.jumpTo(moment)
  }
  const isRange = filter.since !== undefined || filter.until !== undefined
  const [from, to] = [momentOf(since), momentOf(until)]
  return (
    <>
      <Button
        className={styles['timeOpener']}
        popoverTarget={menu}
        aria-haspopup="dialog"
        data-on={isRange || undefined}
      >
        <Clock size={14} aria-hidden />
        <span>{isRange ? 'Time range' : 'Time'}</span>
      </Button>
      <div
        id={menu}
        popover="auto"
        role="dialog"
        aria-label="Time"
        className={`${styles['menu']} ${styles['time']}`}
        onToggle={({ newState }) => {
          const now = clock.state.getState().now
          if (newState === 'open' && at === '' && now !== null) setAt(inputText(now))
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const moment = momentOf(at)
            if (moment !== undefined) jump(moment)
          }}
        >
          <h2>Go to a moment</h2>
          <div className={styles['line']}>
            <label htmlFor={ids.at}>Time</label>
            <input
              id={ids.at}
              type="datetime-local"
              step={1}
              value={at}
              onChange={({ target }) => setAt(target.value)}
            />
            <Button type="submit" kind="primary" disabled={!live || momentOf(at) === undefined}>
              Go
            </Button>
          </div>
          <div className={styles['line']}>
            {ago.map(({ label, seconds }) => (
              <Button
                key={label}
                disabled={!live}
                onClick={() => {
                  const now = clock.state.getState().now
                  if (now !== null) jump(now - seconds)
                }}
              >
                {label}
              </Button>
            ))}
          </div>
        </form>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            close()
            log.setFilter({ since: from, until: to })
          }}
        >
          <h2>Only a range of time</h2>
          <div className={styles['line']}>
            <label htmlFor={ids.since}>From</label>
            <input
              id={ids.since}
              type="datetime-local"
              step={1}
              value={since}
              onChange={({ target }) => setSince(target.value)}
            />
          </div>
          <div className={styles['line']}>
            <label htmlFor={ids.until}>To</label>
            <input
              id={ids.until}
              type="datetime-local"
              step={1}
              value={until}
              onChange={({ target }) => setUntil(target.value)}
            />
          </div>
          <div className={styles['line']}>
            <Button
              disabled={!isRange}
              onClick={() => {
                setSince('')
                setUntil('')
                close()
                log.setFilter({ since: undefined, until: undefined })
              }}
            >
              Any time
            </Button>
            <Button type="submit" disabled={from === undefined && to === undefined}>
              Show range
            </Button>
          </div>
        </form>
      </div>
    </>
  )
}

/** Unix seconds of what a `datetime-local` holds, which is in the person's own zone. */
function momentOf(text: string): number | undefined {
  const ms = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isNaN(ms) ? undefined : ms / 1000
}

function inputText(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
