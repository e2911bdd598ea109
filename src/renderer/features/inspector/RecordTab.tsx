import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { Chip } from '../../ui/Chip.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { TextSection, TextSections } from '../../ui/TextSection.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { clientName, stateWords } from '../../model/clients/client-text.ts'
import { hasOlderAddon } from '../../model/clients/addon-update.ts'
import { chosenTargetName, workingOnName } from '../../model/clients/client-columns.ts'
import { Elapsed, LastSeen } from '../../widgets/Times.tsx'
import { exactTime } from '../../lib/time-text.ts'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import styles from './RecordTab.module.css'

/**
 * The facts of the record in words, and the record exactly as it goes over the wire. Every client has the same lines in
 * the same order, so that two beside each other can be compared; what may take several lines comes last.
 */
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
        <Fact name="Uuid" value={record.uuid} copy>
          <ClientText text={record.uuid} />
        </Fact>
        <Fact name="Bucket">{record.is_persistent ? 'persistent' : 'ephemeral'}</Fact>
        <TextFact name="File" text={record.blend_file} empty="unsaved" />
        <TextFact name="Group" text={record.group_id ?? undefined} />
        <TextFact name="Host" text={record.hostname} />
        <TextFact name="Pid" text={record.pid === undefined ? undefined : String(record.pid)} />
        <JobFact client={client} />
        <WorkingOnFact client={client} />
        <Fact name="Connected" title={exactTime(record.connected_at)} value={exactTime(record.connected_at)}>
          {current ? <Elapsed since={record.connected_at} /> : exactTime(record.connected_at)}
        </Fact>
        <Fact name="Last seen" title={exactTime(record.last_seen)} value={exactTime(record.last_seen)}>
          {current ? <LastSeen at={record.last_seen} /> : exactTime(record.last_seen)}
        </Fact>
        <Fact name="Messages">
          <span className="num" translate="no">
            {client.sent} sent, {client.received} received
            {client.queued > 0 ? `, ${client.queued} waiting` : ''}
            {client.dropped > 0 ? `, ${client.dropped} dropped` : ''}
          </span>
        </Fact>
        <AddonFact client={client} />
        {record.role !== undefined && <TextFact name="Role" text={record.role} />}
        {record.parent_uuid !== undefined && <TextFact name="Started by" text={record.parent_uuid} />}
        <Fact name="Capabilities" value={record.capabilities.join(', ')} wrap>
          {record.capabilities.length === 0 ? (
            <span className={styles['faint']}>none</span>
          ) : (
            record.capabilities.map((capability, index) => <Chip key={index} text={capability} />)
          )}
        </Fact>
      </Facts>
      <TextSections>
        <TextSection title="Wire record" buttons={<CopyButton label="Copy JSON" text={json} />}>
          <CodeBlock text={json} language="json" label="Wire JSON of the record" />
        </TextSection>
      </TextSections>
    </>
  )
}

interface TextFactProps {
  name: string
  /** Undefined where the client did not say it. */
  text: string | undefined
  /** What an empty text means. */
  empty?: string
}

function TextFact({ name, text, empty = 'none' }: TextFactProps) {
  if (text === undefined || text === '') {
    return (
      <Fact name={name} value="">
        <span className={styles['faint']}>{text === undefined ? 'none' : empty}</span>
      </Fact>
    )
  }
  return (
    <Fact name={name} value={text} copy>
      <ClientText text={text} />
    </Fact>
  )
}

function AddonFact({ client }: { client: PanelClient }) {
  const isOlder = useStore(usePanel().status, ({ status }) => hasOlderAddon(client, status?.version ?? null))
  const version = client.record.addon_version
  if (version === undefined) return null
  if (!isOlder) return <TextFact name="Add-on" text={version} />
  return (
    <Fact name="Add-on" value={version} copy>
      <ClientText text={version} />{' '}
      <a className={styles['other']} href={placeLink('connect')}>
        Update the add-on…
      </a>
    </Fact>
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
  return (
    <>
      <Fact name="Job" title={job === null ? undefined : visibleText(job.progressMessage)}>
        {job === null ? (
          <span className={styles['faint']}>none</span>
        ) : (
          <>
            <bdi>{visibleText(job.title)}</bdi> <span className={styles['faint']}>{job.state}</span>
            {job.progress !== null && (
              <span className="num" translate="no">
                {' '}
                {Math.round(job.progress * 100)} %
              </span>
            )}
          </>
        )}
      </Fact>
      <Fact name="Controlled by">
        {sender === null ? (
          <span className={styles['faint']}>nobody</span>
        ) : (
          <ClientText className={styles['other']} text={sender} />
        )}
      </Fact>
    </>
  )
}

function WorkingOnFact({ client }: { client: PanelClient }) {
  const target = useStore(usePanel().clients.state, (state) => workingOnName(client, state.byKey))
  const chosen = useStore(usePanel().clients.state, (state) => chosenTargetName(client, state.byKey))
  if (target === null || client.workingOn === null) {
    return (
      <Fact name={chosen === null ? 'Working on' : 'Chosen target'}>
        {chosen === null ? (
          <span className={styles['faint']}>nothing</span>
        ) : (
          <ClientText className={styles['other']} text={chosen} />
        )}
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
