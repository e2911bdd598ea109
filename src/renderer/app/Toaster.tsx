import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Toast } from 'radix-ui'
import { useRef } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import type { Toast as ToastNote } from '../model/toasts/toasts.ts'
import styles from './Toaster.module.css'

/** Draws the toasts. Those with an action stay longer; problems stay until closed. */
export function Toaster() {
  const { toasts } = usePanel()
  const list = useStore(toasts.state, (state) => state.toasts)
  return (
    <Toast.Provider label="Notification" swipeDirection="right">
      {list.map((toast) => (
        <Note key={toast.id} toast={toast} />
      ))}
      <Toast.Viewport className={styles['viewport']} />
    </Toast.Provider>
  )
}

/** One toast. An Escape that closes something else does not take it, and with it the way to undo, away. */
function Note({ toast }: { toast: ToastNote }) {
  const { toasts } = usePanel()
  /** An Escape that was pressed outside of the toast is about to close it. */
  const elsewhere = useRef(false)
  return (
    <Toast.Root
      open
      className={`${styles['toast']} ${styles[toast.kind] ?? ''}`}
      duration={toast.kind === 'problem' ? Infinity : toast.action ? 10_000 : 5_000}
      onEscapeKeyDown={({ target }) => {
        elsewhere.current = !(target instanceof Element && target.closest('[data-note]') !== null)
      }}
      onOpenChange={() => {
        if (elsewhere.current) elsewhere.current = false
        else toasts.close(toast.id)
      }}
      data-note
    >
      {toast.kind === 'done' ? <CircleCheck size={16} aria-hidden /> : <CircleAlert size={16} aria-hidden />}
      <Toast.Description className={styles['text']}>{toast.text}</Toast.Description>
      {toast.action && (
        <Toast.Action asChild altText={toast.action.label}>
          <Button onClick={toast.action.run}>{toast.action.label}</Button>
        </Toast.Action>
      )}
      <Toast.Close asChild>
        <Button kind="quiet" aria-label="Close notification">
          <X size={14} aria-hidden />
        </Button>
      </Toast.Close>
    </Toast.Root>
  )
}
