import { useLayoutEffect, useRef } from 'react'
import styles from './Dialog.module.css'
import { visibleText } from '../lib/visible-text.ts'

interface DialogProps {
  /** What it is called: the heading that it begins with, or with `quiet` a name that is read out only. */
  title: string
  quiet?: boolean
  /** Sets its width. */
  className?: string | undefined
  /**
   * Whether it closes by itself on Escape or a click beside it. Where it must not, `onClose` is asked on Escape and
   * decides. (A browser closes a dialog on a second Escape whatever the page says, unless `closedby` is none.)
   */
  dismissable: boolean
  /** Told after it has closed by itself, or asked to close it. */
  onClose: () => void
  onKeyDown?: (event: React.KeyboardEvent) => void
  children: React.ReactNode
}

/** A question or a page over everything else, open as long as it is drawn. */
export function Dialog({
  title,
  quiet = false,
  className,
  dismissable,
  onClose,
  onKeyDown,
  children,
}: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  // Closed before it is taken out of the page: only so does the focus go back to where it came from.
  useLayoutEffect(() => {
    const node = element.current
    node?.showModal()
    return () => node?.close()
  }, [])
  return (
    <dialog
      ref={element}
      className={`${styles['dialog']} ${quiet ? '' : styles['padded']} ${className ?? ''}`}
      aria-label={visibleText(title)}
      closedby={dismissable ? 'any' : 'none'}
      onClose={dismissable ? onClose : undefined}
      onKeyDown={(event) => {
        onKeyDown?.(event)
        if (!dismissable && event.key === 'Escape') onClose()
      }}
    >
      {!quiet && <h2>{visibleText(title)}</h2>}
      {children}
    </dialog>
  )
}

/** The buttons at the foot of a dialog, the one that does it last. */
export function DialogButtons({ children }: { children: React.ReactNode }) {
  return <div className={styles['buttons']}>{children}</div>
}

/** A paragraph of a dialog that says what will happen. */
export function DialogText({ children }: { children: React.ReactNode }) {
  return <p className={styles['text']}>{children}</p>
}
