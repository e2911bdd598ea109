import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button.tsx'
import styles from './ShortcutsSheet.module.css'

const command = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'

const shortcuts: readonly { title: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      [`${command} K`, 'Commands, clients and jobs by name'],
      ['/', 'Search clients'],
      ['?', 'This page'],
      ['Escape', 'Close what is open, or let go of the selection'],
    ],
  },
  {
    title: 'In the lists',
    keys: [
      ['↑ ↓', 'Move; with Shift, select on the way'],
      ['Page ↑ ↓, Home, End', 'Move further'],
      ['Enter', 'Open in full'],
      ['Space', `Select; with ${command}, add or take away`],
      [`${command} A`, 'Select all clients shown'],
      ['P', 'Pin a client beside the list, or unpin it'],
      ['Delete', 'Unregister the selected clients'],
      ['Shift F10', 'What can be done with a client'],
    ],
  },
]

/** All keys on one page. */
export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const node = dialog.current
    node?.showModal()
    return () => node?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={styles['sheet']}
      aria-labelledby="shortcuts-title"
      closedby="any"
      onClose={onClose}
    >
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      {shortcuts.map(({ title, keys }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <div className={styles['buttons']}>
        <Button autoFocus onClick={() => dialog.current?.close()}>
          Close
        </Button>
      </div>
    </dialog>
  )
}
