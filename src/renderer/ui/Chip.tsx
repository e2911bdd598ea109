import styles from './Chip.module.css'
import { ClientText } from './ClientText.tsx'

/** A short text of a client in a frame: a group, a capability. */
export function Chip({ text, className }: { text: string; className?: string | undefined }) {
  return <ClientText className={`${styles['chip']} ${className ?? ''}`} text={text} />
}
