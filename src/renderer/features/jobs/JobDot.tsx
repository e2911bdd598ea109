import type { PanelJob } from '../../../shared/jobs.ts'
import styles from './JobDot.module.css'

/** A job's state as a dot, told by form too. It must stand beside or inside something that says it in words. */
export function JobDot({ state }: { state: PanelJob['state'] }) {
  return <span className={`${styles['dot']} ${styles[state] ?? ''}`} aria-hidden />
}
