import { CircleHelp } from 'lucide-react'
import { Button } from './Button.tsx'
import { glossary, type Word } from '../lib/glossary.ts'
import { Popover } from './Popover.tsx'
import styles from './TermList.module.css'

interface TermListProps {
  /** What it tells, as `What the states mean`. */
  label: string
  /** The words in their order, each as it stands on the page. */
  terms: readonly { word: Word; shown: React.ReactNode }[]
}

/** Words that belong together and are told together, by one question mark beside them. */
export function TermList({ label, terms }: TermListProps) {
  return (
    <Popover
      label={label}
      align="start"
      className={styles['terms']}
      opener={(props) => (
        <Button {...props} kind="quiet" aria-label={label} title={label}>
          <CircleHelp size={14} aria-hidden />
        </Button>
      )}
    >
      <dl>
        {terms.map(({ word, shown }) => (
          <div key={word}>
            <dt>{shown}</dt>
            <dd>{glossary[word]}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  )
}
