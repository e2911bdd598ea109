import type { ClientState } from '../../shared/clients.ts'
import styles from './StateDot.module.css'

/** The state as a dot. It is told by form too, and must stand beside or inside something that says it in words. */
export function StateDot({ state }: { state: ClientState }) {
  return <span className={`${styles['dot']} ${styles[state] ?? ''}`} aria-hidden />
}
