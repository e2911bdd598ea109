import { pictureIntervals } from '../settings/preferences.ts'
import styles from './IntervalSelect.module.css'

type Seconds = (typeof pictureIntervals)[number]

interface IntervalSelectProps {
  value: Seconds
  disabled?: boolean
  onChange: (seconds: Seconds) => void
}

/** How often a new picture is taken. */
export function IntervalSelect({ value, disabled = false, onChange }: IntervalSelectProps) {
  return (
    <label className={styles['label']}>
      New picture
      <select
        value={String(value)}
        disabled={disabled}
        onChange={({ target }) => {
          const chosen = pictureIntervals.find((each) => String(each) === target.value)
          if (chosen !== undefined) onChange(chosen)
        }}
      >
        {pictureIntervals.map((seconds) => (
          <option key={String(seconds)} value={String(seconds)}>
            {seconds === null ? 'when I ask' : `every ${seconds} s`}
          </option>
        ))}
      </select>
    </label>
  )
}
