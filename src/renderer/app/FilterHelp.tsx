import { CircleHelp } from 'lucide-react'
import { filterFields, filterNumbers } from '../features/clients/client-filter.ts'
import styles from './FilterHelp.module.css'

const examples = [
  ['shot farm', 'both words anywhere: name, uuid, type, group, file, host, program'],
  ['type:blender', 'the type has “blender” in it'],
  ['group:"farm"', 'the group is exactly that'],
  ['-state:stale', 'not that'],
  ['drops:>0', 'more than so many; also < and a plain number'],
] as const

/** The language of the search box on one small page. */
export function FilterHelp() {
  return (
    <>
      <button
        type="button"
        aria-label="How to search"
        title="How to search"
        popoverTarget="filter-help"
        className={styles['opener']}
      >
        <CircleHelp size={14} aria-hidden />
      </button>
      <div
        id="filter-help"
        popover="auto"
        role="dialog"
        aria-label="How to search"
        className={styles['help']}
      >
        <h2>How to search</h2>
        <dl>
          {examples.map(([query, meaning]) => (
            <div key={query}>
              <dt>
                <code>{query}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <p>
          Names: {filterFields.join(', ')}. With numbers: {filterNumbers.join(', ')}. Every word must hold.
        </p>
      </div>
    </>
  )
}
