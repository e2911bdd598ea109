import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../status/count-text.ts'
import type { Outcome, UnregisterTarget } from './unregister-store.ts'
import styles from './UnregisterDialog.module.css'

interface OutcomeListProps {
  targets: readonly UnregisterTarget[]
  outcomes: readonly Outcome[]
}

/** What became of each client that was not simply unregistered, and of how many that was all. */
export function OutcomeList({ targets, outcomes }: OutcomeListProps) {
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]))
  const done = outcomes.filter(({ outcome }) => outcome === 'unregistered').length
  const others = targets.filter(({ key }) => byKey.get(key)?.outcome !== 'unregistered')
  return (
    <div role="status">
      <p className={styles['consequences']}>
        {done > 0 ? `${countOf(done, 'client')} unregistered. ` : 'Nobody was unregistered. '}
        {countOf(others.length, 'client')} could not be:
      </p>
      <ul className={styles['outcomes']}>
        {others.map((target) => {
          const outcome = byKey.get(target.key)
          return (
            <li key={target.key}>
              <ClientText className={styles['name']} text={target.name} />
              <span>
                {outcome === undefined
                  ? 'was not unregistered, or gave no answer'
                  : outcome.blockedUntil === null
                    ? 'had already left'
                    : 'had already left; blocked all the same'}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
