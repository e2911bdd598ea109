import { visibleCode } from '../../ui/visible-text.ts'
import styles from './JobPane.module.css'

/** Code, a result or an error as it is, in a box that scrolls and that the keyboard reaches. */
export function CodeText({ text, label, failed }: { text: string; label: string; failed: boolean }) {
  return (
    <pre
      className={`${styles['code']} ${failed ? styles['failed'] : ''}`}
      tabIndex={0}
      role="region"
      aria-label={label}
      dir="ltr"
    >
      {visibleCode(text)}
    </pre>
  )
}
