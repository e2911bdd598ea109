import { memo } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { ClientCell } from './ClientCell.tsx'
import grid from '../../ui/GridRow.module.css'
import { columnFacts, type Column } from '../../model/clients/client-columns.ts'
import { clientName, stateWords } from '../../model/clients/client-text.ts'
import styles from './ClientRow.module.css'

interface ClientRowProps {
  clientKey: string
  columns: readonly Column[]
  /** Row of the grid, the header being the first. */
  rowIndex: number
  /** Distance from the first row, in CSS pixels. */
  top: number
  tabStop: boolean
}

/** One client. Drawn anew only when its own record, its own selection or its place changes. */
export const ClientRow = memo(function ClientRow({
  clientKey,
  columns,
  rowIndex,
  top,
  tabStop,
}: ClientRowProps) {
  const { clients, selection } = usePanel()
  const live = useLive()
  const client = useStore(clients.state, (state) => state.byKey.get(clientKey))
  const selected = useStore(selection.state, (state) => state.selected.has(clientKey))
  if (client === undefined) return null
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={selected}
      aria-disabled={live ? undefined : true}
      aria-label={rowLabel(client, live)}
      data-key={clientKey}
      data-state={client.state}
      tabIndex={tabStop ? 0 : -1}
      className={`${grid['row']} ${styles['row']} ${!live || client.state === 'away' ? grid['quiet'] : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => selection.standOn(clientKey)}
    >
      {columns.map((column) => (
        <div
          key={column}
          role="gridcell"
          data-column={column}
          className={cellClass(column, live && client.state === 'stale')}
        >
          <ClientCell client={client} column={column} />
        </div>
      ))}
    </div>
  )
})

/** What the row is called: name, uuid, and its state in a word. */
function rowLabel(client: PanelClient, live: boolean): string {
  const name = clientName(client)
  const parts = name === client.record.uuid ? [name] : [name, client.record.uuid]
  return visibleText([...parts, live ? stateWords[client.state] : 'not live'].join(', '))
}

function cellClass(column: Column, stale: boolean): string {
  if (column === 'client') return styles['client'] ?? ''
  const end = columnFacts[column].end === true
  return `${grid['cell']} ${end ? `${grid['end']} num` : ''} ${stale && column === 'lastSeen' ? styles['stale'] : ''}`
}
