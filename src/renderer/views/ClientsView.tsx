import { useCallback, useState } from 'react'
import { Group, Panel as Pane, Separator } from 'react-resizable-panels'
import { useStore } from 'zustand'
import { useLive, usePanel, usePreferences } from '../panel/panel-context.ts'
import { useNarrow } from '../panel/use-narrow.ts'
import { BlockedList } from '../features/blocks/BlockedList.tsx'
import { InspectorDock, useInspectorCount } from '../features/inspector/InspectorDock.tsx'
import { BucketRegion } from '../features/clients/BucketRegion.tsx'
import { buckets } from '../model/clients/client-order.ts'
import { ClientMenu } from '../features/clients/ClientMenu.tsx'
import styles from './ClientsView.module.css'
import { ClientsToolbar } from '../features/clients/ClientsToolbar.tsx'
import { useClientsEscape } from '../features/clients/clients-escape.ts'
import { listMin, useDockWidth } from '../features/clients/dock-width.ts'
import { useGridKeys } from '../features/clients/grid-keys.ts'
import { Wall } from '../features/wall/Wall.tsx'

/** All clients, and beside them those that are open in an inspector. */
export function ClientsView() {
  const columns = useInspectorCount()
  const asWall = useStore(usePanel().clients.state, ({ layout }) => layout.shownAs === 'wall')
  const overlay = useNarrow()
  const preferences = usePreferences()
  const [width] = useState(() => preferences.state.getState().inspectorWidth)
  const widthOfOne = useCallback(() => preferences.state.getState().inspectorWidth, [preferences])
  const dock = useDockWidth(overlay ? 0 : columns, widthOfOne)
  useClientsEscape()
  const main = (
    <main className={styles['main']} aria-label="Clients">
      <h1 className="spoken">Clients</h1>
      <ClientsToolbar />
      {asWall ? <Wall /> : <ClientGrids />}
      <BlockedList />
    </main>
  )
  return (
    <Group className={styles['group']} orientation="horizontal" id="clients">
      <Pane id="list" minSize={columns > 1 ? listMin : '40%'} className={styles['pane']}>
        {main}
        {columns > 0 && overlay && (
          <div className={styles['overlay']} data-columns={columns > 1 ? 'several' : 'one'}>
            <InspectorDock />
          </div>
        )}
      </Pane>
      {columns > 0 && !overlay && (
        <>
          <Separator className={styles['separator']} aria-label="Width of the inspector" />
          <Pane
            id="inspector"
            defaultSize={columns > 1 ? '60%' : width}
            onResize={({ inPixels }) => {
              if (columns === 1 && inPixels >= 200) preferences.set({ inspectorWidth: Math.round(inPixels) })
            }}
            minSize={300}
            maxSize={columns > 1 ? '80%' : '55%'}
            panelRef={dock}
            groupResizeBehavior="preserve-pixel-size"
            className={styles['pane']}
          >
            <InspectorDock />
          </Pane>
        </>
      )}
    </Group>
  )
}

function ClientGrids() {
  const live = useLive()
  const onKeyDown = useGridKeys()

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
