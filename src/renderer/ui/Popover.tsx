import { useId } from 'react'
import styles from './Popover.module.css'

interface PopoverProps {
  /** What it is called. */
  label: string
  className?: string | undefined
  /** Which edge of the button it lines up with. */
  align?: 'start' | 'end'
  /** The button that opens it, given the properties that make it do so. */
  opener: (props: { popoverTarget: string; 'aria-haspopup': 'dialog' }) => React.ReactNode
  children: React.ReactNode
}

/** A small page below the button that opens it; Escape or a click elsewhere closes it. */
export function Popover({ label, className, align = 'end', opener, children }: PopoverProps) {
  const id = useId()
  return (
    <>
      {opener({ popoverTarget: id, 'aria-haspopup': 'dialog' })}
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className={`${styles['popover']} ${styles[align] ?? ''} ${className ?? ''}`}
      >
        {children}
      </div>
    </>
  )
}
