import { CopyButton } from '../ui/CopyButton.tsx'
import styles from './CopyLine.module.css'

interface CopyLineProps {
  /** Name of what is copied, as in "Copy URL". */
  what: string
  /** What stands there; null while it is not known yet. */
  text: string | null
  /** What is copied where that is not the text as it stands. */
  copy?: () => Promise<string>
}

/** One line to take somewhere else, with a button that copies it. */
export function CopyLine({ what, text, copy }: CopyLineProps) {
  return (
    <div className={styles['line']}>
      <code tabIndex={0} aria-label={what}>
        {text ?? '…'}
      </code>
      <CopyButton label={`Copy ${what}`} text={copy ?? text ?? ''} disabled={text === null} />
    </div>
  )
}
