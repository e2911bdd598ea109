import { Link2 } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { clientName } from '../../model/clients/client-text.ts'
import styles from './InspectorDock.module.css'
import type { Inspector } from '../../model/inspector/inspector-store.ts'
import { InspectorView } from './InspectorView.tsx'

/** How many inspectors are open beside each other. */
export function useInspectorCount(): number {
  const { inspector, pins } = usePanel()
  const open = useStore(inspector.state, (state) => state.key !== null)
  const pinned = useStore(pins.state, (state) => state.pins.length)
  return pinned + (open ? 1 : 0)
}

/** The pinned inspectors, and the one that follows the selection at the right of them. */
export function InspectorDock() {
  const { inspector, pins, selection } = usePanel()
  const open = useStore(inspector.state, (state) => state.key !== null)
  const pinned = useStore(pins.state, (state) => state.pins)
  const names = usePinNames()
  const element = useRef<HTMLDivElement>(null)

  // What was pinned last may stand beyond the edge.
  const newest = pinned.at(-1)?.key
  useEffect(() => {
    if (newest !== undefined) columnOf(element.current, newest)?.scrollIntoView(toEdge)
  }, [newest])

  const unpin = (key: string) => {
    const at = pinned.findIndex((pin) => pin.key === key)
    const next = pinned[at + 1] ?? pinned[at - 1]
    pins.unpin(key)
    // The focus goes on to what stands there now, and never gets lost.
    if (next !== undefined) next.inspector.focus()
    else if (open) inspector.focus()
    else selection.focusActive()
  }
  const show = (shown: Inspector, key: string) => {
    columnOf(element.current, key)?.scrollIntoView(toEdge)
    shown.focus()
  }

  return (
    <div className={styles['dock']}>
      {pinned.length > 0 && (
        <div className={styles['strip']} role="toolbar" aria-label="Open inspectors">
          <span className={styles['names']}>
            {pinned.map((pin, index) => (
              <Button
                key={pin.key}
                kind="quiet"
                className={styles['name']}
                title={names[index]}
                onClick={() => show(pin.inspector, pin.key)}
              >
                <bdi>{names[index]}</bdi>
              </Button>
            ))}
            {open && (
              <Button kind="quiet" className={styles['name']} onClick={() => show(inspector, '')}>
                Selection
              </Button>
            )}
          </span>
          <Together />
        </div>
      )}
      <div ref={element} className={styles['columns']}>
        {pinned.length > 0 && (
          <div className={styles['pinned']} data-count={pinned.length}>
            {pinned.map((pin, index) => (
              <div key={pin.key} className={styles['column']} data-column={pin.key}>
                <InspectorView
                  pinned
                  inspector={pin.inspector}
                  label={`Pinned: ${names[index]}`}
                  onClose={() => unpin(pin.key)}
                />
              </div>
            ))}
          </div>
        )}
        {open && (
          <div className={styles['column']} data-column="">
            <InspectorView
              pinned={false}
              inspector={inspector}
              label="Inspector"
              onClose={() => {
                inspector.close()
                selection.focusActive()
              }}
            />
          </div>
        )}
      </div>
    </div>
  )
}

const toEdge: ScrollIntoViewOptions = { block: 'nearest', inline: 'start' }

function columnOf(dock: HTMLElement | null, key: string): Element | null | undefined {
  return dock?.querySelector(`[data-column="${CSS.escape(key)}"]`)
}

/** Whether all inspectors show the same part, so that clients can be compared line by line. */
function Together() {
  const { pins } = usePanel()
  const together = useStore(pins.state, (state) => state.together)
  return (
    <Button
      kind="quiet"
      className={styles['together']}
      aria-pressed={together}
      title="A tab chosen in one inspector is shown in all of them"
      onClick={() => pins.setTogether(!together)}
    >
      <Link2 size={15} aria-hidden />
      Same tab
    </Button>
  )
}

/** A name for each pinned client that no other of them has. */
function usePinNames(): string[] {
  const { clients, pins } = usePanel()
  const pinned = useStore(pins.state, (state) => state.pins)
  const joined = useStore(clients.state, ({ byKey }) =>
    JSON.stringify(
      pinned.map(({ key, inspector }) => {
        const client = byKey.get(key) ?? inspector.state.getState().last
        return client === null ? ['', ''] : [clientName(client), client.record.uuid]
      }),
    ),
  )
  const named = JSON.parse(joined) as [name: string, uuid: string][]
  return named.map(([name, uuid]) =>
    visibleText(named.filter(([other]) => other === name).length > 1 ? `${name} (${uuid})` : name),
  )
}
