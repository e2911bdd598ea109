import { useEffect, useState } from 'react'
import { Group, Panel as Pane, Separator } from 'react-resizable-panels'
import { useStore } from 'zustand'
import { useLive, usePanel, usePreferences } from '../../panel/panel-context.ts'
import { BlockedList } from '../blocks/BlockedList.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { BucketRegion } from './BucketRegion.tsx'
import { buckets } from './client-order.ts'
import { ClientMenu } from './ClientMenu.tsx'
import styles from './ClientsView.module.css'
import { ClientsToolbar } from './ClientsToolbar.tsx'
import { useGridKeys } from './grid-keys.ts'
import { useMedia } from '../../ui/use-media.ts'

/** Narrower than this, the inspector lies over the list instead of beside it. */
const overlayBelow = '(max-width: 1000px)'

/** All clients, and beside them the one that is open in the inspector. */
export function ClientsView() {
  const { inspector } = usePanel()
  const open = useStore(inspector.state, (state) => state.key !== null)
  const overlay = useMedia(overlayBelow)
  const preferences = usePreferences()
  const [width] = useState(() => preferences.state.getState().inspectorWidth)
  const main = (
    <main className={styles['main']} aria-label="Clients">
      <h1 className="spoken">Clients</h1>
      <ClientsToolbar />
      <ClientGrids />
      <BlockedList />
    </main>
  )
  return (
    <Group className={styles['group']} orientation="horizontal" id="clients">
      <Pane id="list" minSize="40%" className={styles['pane']}>
        {main}
        {open && overlay && (
          <div className={styles['overlay']}>
            <Inspector />
          </div>
        )}
      </Pane>
      {open && !overlay && (
        <>
          <Separator className={styles['separator']} aria-label="Width of the inspector" />
          <Pane
            id="inspector"
            defaultSize={width}
            onResize={({ inPixels }) => {
              if (inPixels >= 200) preferences.set({ inspectorWidth: Math.round(inPixels) })
            }}
            minSize={300}
            maxSize="55%"
            groupResizeBehavior="preserve-pixel-size"
            className={styles['pane']}
          >
            <Inspector />
          </Pane>
        </>
      )}
    </Group>
  )
}

function ClientGrids() {
  const panel = usePanel()
  const live = useLive()
  const onKeyDown = useGridKeys()

  // Escape reaches the window from anywhere that has no use of its own for it.
  useEffect(() => {
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest('dialog[open], [popover], [role="menu"]'))
        return
      if (panel.inspector.state.getState().key !== null) {
        panel.inspector.close()
        panel.selection.focusActive()
      } else panel.selection.clear()
    }
    window.addEventListener('keydown', onEscape)
    return () => window.removeEventListener('keydown', onEscape)
  }, [panel])

  return (
    <ClientMenu>
      <div className={`${styles['grids']} ${live ? '' : styles['lost']}`} onKeyDown={onKeyDown}>
        {buckets.map((bucket) => (
          <BucketRegion key={bucket} bucket={bucket} />
        ))}
      </div>
    </ClientMenu>
  )
}
