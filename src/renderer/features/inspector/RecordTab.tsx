import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { clientName, stateWords } from '../clients/client-text.ts'
import { chosenTargetName, workingOnName } from '../clients/client-columns.ts'
import { Elapsed, LastSeen } from '../status/Times.tsx'
import { exactTime } from '../status/time-text.ts'
import { Fact, Facts } from './Facts.tsx'
import { JsonText } from './JsonText.tsx'
import styles from './RecordTab.module.css'

/** The facts of the record in words, and the record exactly as it goes over the wire. */
export function RecordTab({ client, current }: { client: PanelClient; current: boolean }) {
  const { record } = client
  const json = JSON.stringify(record, null, 2)
  return (
    <>
      <Facts>
        <Fact name="State">{current ? stateWords[client.state] : 'not live'}</Fact>
        <Fact name="Type">
          <ClientText text={record.client_type} />{' '}
          {record.blender_version !== undefined && record.blender_version !== '' && (
            <ClientText className={styles['faint']} text={record.blender_version} />
          )}
        </Fact>
        <Fact name="Bucket">{record.is_persistent ? 'persistent' : 'ephemeral'}</Fact>
        {record.blend_file !== undefined && (
          <Fact name="File" title={visibleText(record.blend_file)}>
            {record.blend_file === '' ? 'unsaved' : <bdi>{visibleText(record.blend_file)}</bdi>}
          </Fact>
        )}
        <Fact name="Group">
          {record.group_id === null ? (
            <span className={styles['faint']}>none</span>
          ) : (
            <ClientText text={record.group_id} />
          )}
        </Fact>
        <Fact name="Capabilities" wrap>
          {record.capabilities.length === 0 ? (
            <span className={styles['faint']}>none</span>
          ) : (
            record.capabilities.map((capability, index) => (
              <ClientText key={index} className={styles['chip']} text={capability} />
            ))
          )}
        </Fact>
        {record.hostname !== undefined && (
          <Fact name="Host">
            <ClientText text={record.hostname} />
            {record.pid !== undefined && <span className={`${styles['faint']} num`}> pid {record.pid}</span>}
          </Fact>
        )}
        <JobFact client={client} />
        <WorkingOnFact client={client} />
        <Fact name="Connected" title={exactTime(record.connected_at)}>
          {current ? <Elapsed since={record.connected_at} /> : exactTime(record.connected_at)}
        </Fact>
        <Fact name="Last seen" title={exactTime(record.last_seen)}>
          {current ? <LastSeen at={record.last_seen} /> : exactTime(record.last_seen)}
        </Fact>
        <Fact name="Messages">
          <span className="num">
            {client.sent} sent, {client.received} received
            {client.queued > 0 ? `, ${client.queued} waiting` : ''}
            {client.dropped > 0 ? `, ${client.dropped} dropped` : ''}
          </span>
        </Fact>
      </Facts>
      <div className={styles['wire']}>
        <div className={styles['wireHead']}>
          <h3>Wire record</h3>
          <CopyButton label="Copy JSON" text={json} />
        </div>
        <JsonText json={json} label="Wire JSON of the record" />
      </div>
    </>
  )
}

function JobFact({ client }: { client: PanelClient }) {
  const { clients } = usePanel()
  const { job } = client
  const sender = useStore(clients.state, ({ byKey }) => {
    if (job === null) return null
    const found = byKey.get(`${client.userId}\u001f${job.fromUuid}`)
    return found === undefined ? job.fromUuid : clientName(found)
  })
  if (job === null) return null
  return (
    <>
      <Fact name="Job" title={visibleText(job.progressMessage)}>
        <bdi>{visibleText(job.title)}</bdi> <span className={styles['faint']}>{job.state}</span>
        {job.progress !== null && <span className="num"> {Math.round(job.progress * 100)} %</span>}
      </Fact>
      {sender !== null && (
        <Fact name="Controlled by">
          <ClientText className={styles['other']} text={sender} />
        </Fact>
      )}
    </>
  )
}

function WorkingOnFact({ client }: { client: PanelClient }) {
  const target = useStore(usePanel().clients.state, (state) => workingOnName(client, state.byKey))
  const chosen = useStore(usePanel().clients.state, (state) => chosenTargetName(client, state.byKey))
  if (target === null || client.workingOn === null) {
    return chosen === null ? null : (
      <Fact name="Chosen target">
        <ClientText className={styles['other']} text={chosen} />
      </Fact>
    )
  }
  return (
    <Fact name="Working on">
      <ClientText className={styles['other']} text={target} />{' '}
      <span className={styles['faint']}>{visibleText(client.workingOn.title)}</span>
    </Fact>
  )
}
