import styles from './Segments.module.css'

type SegmentsProps = {
  /** Of little importance: small, and without a frame. */
  minor?: boolean
  /** They tell of what is not live: drawn without colours. */
  past?: boolean
  className?: string | undefined
  /** Buttons with `aria-pressed`. */
  children: React.ReactNode
} & ({ label: string } | { labelledBy: string })

/** Choices that stand in one frame, of which one holds, or several. */
export function Segments({ minor = false, past = false, className, children, ...name }: SegmentsProps) {
  return (
    <div
      className={`${styles[minor ? 'minor' : 'framed'] ?? ''} ${past ? styles['past'] : ''} ${className ?? ''}`}
      role="group"
      aria-label={'label' in name ? name.label : undefined}
      aria-labelledby={'labelledBy' in name ? name.labelledBy : undefined}
    >
      {children}
    </div>
  )
}
