import styles from './ProgressBar.module.css'

/** How far a job is, drawn and in words. `progress` is 0..1, what lies outside of it is drawn as its nearest end. */
export function ProgressBar({ progress, label }: { progress: number; label: string }) {
  const percent = Math.round(Math.max(0, Math.min(1, progress)) * 100)
  return (
    <>
      <span
        className={styles['bar']}
        role="progressbar"
        aria-label={label}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span style={{ width: `${percent}%` }} />
      </span>
      <span className="num" translate="no">
        {percent} %
      </span>
    </>
  )
}
