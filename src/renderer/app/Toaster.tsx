import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Toast } from 'radix-ui'
import { useStore } from 'zustand'
import { usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Toaster.module.css'

/** Draws the toasts. Those with an action stay longer; problems stay until closed. */
export function Toaster() {
  const { toasts } = usePanel()
  const list = useStore(toasts.state, (state) => state.toasts)
  return (
    <Toast.Provider label="Notification" swipeDirection="right">
      {list.map((toast) => (
        <Toast.Root
          key={toast.id}
          className={`${styles['toast']} ${styles[toast.kind]}`}
          duration={toast.kind === 'problem' ? Infinity : toast.action ? 10_000 : 5_000}
          onOpenChange={(open) => {
            if (!open) toasts.close(toast.id)
          }}
        >
          {toast.kind === 'done' ? (
            <CircleCheck size={16} aria-hidden />
          ) : (
            <CircleAlert size={16} aria-hidden />
          )}
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
      ))}
      <Toast.Viewport className={styles['viewport']} />
    </Toast.Provider>
  )
}
