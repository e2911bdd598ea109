import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { Chip } from '../../ui/Chip.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Elapsed, LastSeen } from '../../widgets/Times.tsx'
import { chosenTargetName, workingOnName, type Column } from '../../model/clients/client-columns.ts'
import { clientFile, clientName, shortUuid, stateWords } from '../../model/clients/client-text.ts'
import styles from './ClientRow.module.css'
import { JobCell } from './JobCell.tsx'

/** What one client has in one column. */
export function ClientCell({ client, column }: { client: PanelClient; column: Column }) {
  const { record, program } = client
  switch (column) {
    case 'client':
      return <Identity client={client} />
    case 'type':
      return <ClientText text={record.client_type} />
    case 'state':
      return <State client={client} />
    case 'place':
      return record.is_persistent ? <FileText client={client} /> : <WorkingOn client={client} />
    case 'group':
      return record.group_id === null ? (
        <span className={styles['faint']}>none</span>
      ) : (
        <Chip text={record.group_id} />
      )
    case 'user':
      return <ClientText text={client.userId} />
    case 'capabilities':
      return <Maybe text={record.capabilities.join(', ')} />
    case 'job':
      return <JobCell client={client} />
    case 'queue':
      return <Count value={client.queued} />
    case 'sent':
      return <Count value={client.sent} />
    case 'received':
      return <Count value={client.received} />
    case 'drops':
      return <Count value={client.dropped} alarming />
    case 'blender':
      return <Maybe text={record.blender_version ?? ''} />
    case 'host':
      return <Maybe text={record.hostname ?? ''} />
    case 'pid':
      return <Maybe text={record.pid === undefined ? '' : String(record.pid)} />
    case 'address':
      return <Maybe text={client.address ?? ''} />
    case 'program':
      return <Maybe text={program === null ? '' : `${program.title} ${program.version}`} />
    case 'protocol':
      return <Maybe text={client.protocolVersion ?? ''} />
    case 'connected':
      return <Elapsed since={record.connected_at} />
    case 'lastSeen':
      return <LastSeen at={record.last_seen} />
  }
}

function Maybe({ text }: { text: string }) {
  return text === '' ? <span className={styles['faint']}>–</span> : <ClientText text={text} />
}

function Count({ value, alarming = false }: { value: number; alarming?: boolean }) {
  const tone = value === 0 ? styles['faint'] : alarming ? styles['stale'] : undefined
  return <span className={tone}>{value.toLocaleString('en')}</span>
}

function State({ client }: { client: PanelClient }) {
  return <span className={styles['dim']}>{useLive() ? stateWords[client.state] : 'not live'}</span>
}

function Identity({ client }: { client: PanelClient }) {
  const live = useLive()
  const { record, program } = client
  const name = clientName(client)
  return (
    <>
      <StateDot state={live ? client.state : 'away'} />
      <ClientText className={styles['name']} text={name} />
      <span className={styles['aside']}>
        {name !== record.uuid && (
          <span className={styles['id']} title={visibleText(record.uuid)}>
            <bdi>{visibleText(shortUuid(record.uuid))}</bdi>
          </span>
        )}
        {!record.is_persistent && program !== null && program.title !== name && (
          <ClientText className={styles['program']} text={program.title} />
        )}
      </span>
    </>
  )
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
  const chosen = useStore(usePanel().clients.state, (state) => chosenTargetName(client, state.byKey))
  if (target === null && chosen !== null) {
    return (
      <span className={styles['faint']}>
        chose <ClientText text={chosen} />
      </span>
    )
  }
  if (target === null) return <span className={styles['faint']}>nothing yet</span>
  return (
    <span>
      <span aria-hidden>→ </span>
      <ClientText text={target} />
    </span>
  )
}
