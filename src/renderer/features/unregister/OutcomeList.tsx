import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../../lib/count-text.ts'
import { exactTime } from '../../lib/time-text.ts'
import type { Ending, Outcome, UnregisterTarget } from '../../model/unregister/unregister-store.ts'
import styles from './UnregisterDialog.module.css'

interface OutcomeListProps {
  targets: readonly UnregisterTarget[]
  outcomes: readonly Outcome[]
  ending: Ending
  ordered: number
}

/** So many are listed, those first that were not unregistered; the others are counted. */
const listed = 200

/** What became of each client, and why not of all. */
export function OutcomeList({ targets, outcomes, ending, ordered }: OutcomeListProps) {
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]))
  const rows = targets.map((target, index) => {
    const outcome = byKey.get(target.key)
    return { target, outcome, text: outcomeText(outcome, index < ordered) }
  })
  const done = rows.filter(({ outcome }) => outcome?.outcome === 'unregistered')
  const others = rows.filter(({ outcome }) => outcome?.outcome !== 'unregistered')
  const all = [...others, ...done]
  return (
    <div role="status">
      <p className={styles['consequences']}>
        {endingText(ending)}
        {done.length > 0 ? `${countOf(done.length, 'client')} unregistered. ` : 'Nobody was unregistered. '}
        {countOf(others.length, 'client')} could not be:
      </p>
      <ul className={styles['outcomes']} tabIndex={0} aria-label="What became of each client">
        {all.slice(0, listed).map(({ target, outcome, text }) => (
          <li key={target.key} className={outcome?.outcome === 'unregistered' ? styles['fine'] : undefined}>
            <ClientText className={styles['name']} text={target.name} />
            <span>{text}</span>
          </li>
        ))}
        {all.length > listed && (
          <li className="num" translate="no">
            and {all.length - listed} more
          </li>
        )}
      </ul>
    </div>
  )
}

function endingText(ending: Ending): string {
  if (typeof ending === 'object') return `The order was refused on the way: ${ending.refused}. `
  if (ending === 'lost') return 'The connection was lost on the way. '
  return ending === 'stopped' ? 'Stopped. ' : ''
}

function outcomeText(outcome: Outcome | undefined, wasOrdered: boolean): string {
  if (outcome === undefined) return wasOrdered ? 'no answer came: not known' : 'was not ordered'
  const block = outcome.blockedUntil === null ? '' : `, blocked until ${exactTime(outcome.blockedUntil)}`
  if (outcome.outcome === 'not_found')
    return `had already left${block === '' ? '' : '; blocked all the same'}`
  const jobs = outcome.jobsCancelled === 0 ? '' : `, ${countOf(outcome.jobsCancelled, 'job')} ended`
  return `unregistered${jobs}${block}`
}
