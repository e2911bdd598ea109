import { memo } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/panel-contract.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { LastSeen } from '../status/Times.tsx'
import { clientFile, clientName, shortUuid, stateWords } from './client-text.ts'
import { workingOnName, type Bucket } from './client-order.ts'
import styles from './ClientRow.module.css'
import { JobCell } from './JobCell.tsx'

interface ClientRowProps {
  clientKey: string
  bucket: Bucket
  index: number
  /** Distance from the first row, in CSS pixels. */
  top: number
  tabStop: boolean
}

/** One client. Drawn anew only when its own record, its own selection or its place changes. */
export const ClientRow = memo(function ClientRow({ clientKey, bucket, index, top, tabStop }: ClientRowProps) {
  const { clients, selection } = usePanel()
  const live = useLive()
  const client = useStore(clients.state, (state) => state.byKey.get(clientKey))
  const selected = useStore(selection.state, (state) => state.selected.has(clientKey))
  if (client === undefined) return null
  const { record } = client
  const name = clientName(client)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-disabled={live ? undefined : true}
      aria-label={rowLabel(client, live)}
      data-key={clientKey}
      data-state={client.state}
      tabIndex={tabStop ? 0 : -1}
      className={`${styles['row']} ${!live || client.state === 'gone' ? styles['quiet'] : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => selection.standOn(clientKey)}
    >
      <div role="gridcell" className={styles['client']}>
        <StateDot state={live ? client.state : 'gone'} />
        <ClientText className={styles['name']} text={name} />
        <span className={styles['aside']}>
          {name !== record.uuid && (
            <span className={styles['id']} title={visibleText(record.uuid)}>
              <bdi>{visibleText(shortUuid(record.uuid))}</bdi>
            </span>
          )}
          {bucket === 'ephemeral' && client.program !== null && client.program.name !== name && (
            <ClientText className={styles['program']} text={client.program.name} />
          )}
        </span>
      </div>
      <div role="gridcell" className={styles['cell']}>
        {bucket === 'persistent' ? <FileText client={client} /> : <WorkingOn client={client} />}
      </div>
      <div role="gridcell" className={styles['cell']}>
        {record.group_id === null ? (
          <span className={styles['faint']}>none</span>
        ) : (
          <ClientText className={styles['chip']} text={record.group_id} />
        )}
      </div>
      <div role="gridcell" className={styles['cell']}>
        <JobCell client={client} />
      </div>
      <div
        role="gridcell"
        className={`${styles['lastSeen']} ${live && client.state === 'stale' ? styles['stale'] : ''} num`}
      >
        <LastSeen at={record.last_seen} />
      </div>
    </div>
  )
})

/** What the row is called: name, uuid, and its state in a word. */
function rowLabel(client: PanelClient, live: boolean): string {
  const name = clientName(client)
  const parts = name === client.record.uuid ? [name] : [name, client.record.uuid]
  return visibleText([...parts, live ? stateWords[client.state] : 'not live'].join(', '))
}

function FileText({ client }: { client: PanelClient }) {
  const file = clientFile(client)
  const path = client.record.blend_file
  if (path === undefined || path === '') {
    return <span className={styles['dim']}>{file ?? 'none'}</span>
  }
  return (
    <span title={visibleText(path)}>
      <bdi>{visibleText(file ?? path)}</bdi>
    </span>
  )
}

function WorkingOn({ client }: { client: PanelClient }) {
  const target = useStore(usePanel().clients.state, (state) => workingOnName(client, state.byKey))
  if (target === null) return <span className={styles['faint']}>nothing yet</span>
  return (
    <span>
      <span aria-hidden>→ </span>
      <ClientText text={target} />
    </span>
  )
}
