import { CircleHelp } from 'lucide-react'
import type { FilterLanguage } from '../lib/filter-language.ts'
import styles from './FilterHelp.module.css'
import { Popover } from './Popover.tsx'

interface FilterHelpProps {
  /** What the button and the page are called. */
  title: string
  language: Pick<FilterLanguage<never>, 'fields' | 'numbers'>
  /** Queries with what they find. */
  examples: readonly (readonly [query: string, meaning: string])[]
}

/** The language of a filter box on one small page. */
export function FilterHelp({ title, language, examples }: FilterHelpProps) {
  return (
    <Popover
      label={title}
      className={styles['help']}
      opener={(props) => (
        <button type="button" {...props} aria-label={title} title="How to search">
          <CircleHelp size={14} aria-hidden />
        </button>
      )}
    >
      <h2>{title}</h2>
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
        Names: {language.fields.join(', ')}. With numbers: {language.numbers.join(', ')}. Every word must
        hold.
      </p>
    </Popover>
  )
}
