import { glossary, type Word } from '../lib/glossary.ts'
import { Popover } from './Popover.tsx'
import styles from './Term.module.css'

interface TermProps {
  word: Word
  /** What stands there, with dots below it; without it a small question mark stands there. */
  children?: React.ReactNode
}

/** A word that can be asked about: a click, a touch or Enter tells what it means. */
export function Term({ word, children }: TermProps) {
  return (
    <Popover
      label={`What “${word}” means`}
      className={styles['meaning']}
      align="start"
      opener={(props) =>
        children === undefined ? (
          <button
            type="button"
            {...props}
            className={styles['mark']}
            aria-label={`What “${word}” means`}
            title={`What “${word}” means`}
          >
            ?
          </button>
        ) : (
          <button type="button" {...props} className={styles['word']} title={`What “${word}” means`}>
            {children}
          </button>
        )
      }
    >
      <p>{glossary[word]}</p>
    </Popover>
  )
}
