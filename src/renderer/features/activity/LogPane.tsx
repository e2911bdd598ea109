import { X } from 'lucide-react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { indentJson } from '../../../shared/json-text.ts'
import type { LogDetail, LogEntry } from '../../../shared/activity.ts'
import type { PanelDelivery } from '../../../shared/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { TextNote, TextSection, TextSections } from '../../ui/TextSection.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import pane from '../../ui/Pane.module.css'
import { exactTime, sizeText } from '../../lib/time-text.ts'
import { KindIcon } from './KindIcon.tsx'
import { ClientLink, entryText } from './LogRow.tsx'
import styles from './LogPane.module.css'
import type { Log } from '../../model/activity/log-store.ts'
import {
  clockText,
  dayText,
  kindFacts,
  outcomeText,
  priorityText,
  routingText,
  tookText,
} from '../../model/activity/log-text.ts'

const byWords: Record<LogEntry['by'], string> = {
  client: 'the client',
  operator: 'a person',
  server: 'the server',
}

interface LogPaneProps {
  log: Log
  onClose: () => void
  /** It stands in an inspector, and is no part of the page of its own. */
  within?: boolean
}

/** One entry of the log in full. */
export function LogPane({ log, onClose, within = false }: LogPaneProps) {
  const live = useLive()
  const entry = useStore(log.state, (state) => state.open)
  const detail = useStore(log.state, (state) => state.detail)
  const names = useStore(log.state, (state) => state.names)
  if (entry === null) return null
  const { word } = kindFacts[entry.kind]
  const Frame = within ? 'section' : 'aside'
  return (
    <Frame className={pane['inspector']} aria-label="Entry">
      <div className={pane['head']}>
        <h2 data-tone={kindFacts[entry.kind].tone} className={styles['title']}>
          <KindIcon kind={entry.kind} size={15} />
          <span className={pane['name']}>{word}</span>
          <span className={pane['corner']}>
            <Button kind="quiet" aria-label="Close entry" title="Close (Escape)" onClick={onClose}>
              <X size={15} aria-hidden />
            </Button>
          </span>
        </h2>
        <ClientText
          className={pane['uuid']}
          text={entryText(entry) === '' ? clockText(entry.at) : entryText(entry)}
        />
      </div>
      <div className={`${pane['body']} ${live ? '' : pane['past']}`}>
        <EntryFacts entry={entry} names={names} />
        <Kept entry={entry} detail={detail} names={names} />
      </div>
      <div className={pane['actions']}>
        {within && entry.id > 0 && (
          <a className={styles['link']} href={placeLink('activity', String(entry.id))}>
            Show under Activity
          </a>
        )}
        {!within && entry.client !== '' && (
          <Button onClick={() => log.setFilter({ client: entry.client, userId: entry.userId })}>
            Only this client
          </Button>
        )}
        <CopyButton label="Copy entry" text={JSON.stringify(detail ?? entry, null, 2)} />
      </div>
    </Frame>
  )
}

function EntryFacts({ entry, names }: { entry: LogEntry; names: ReadonlyMap<string, string> }) {
  const startedAt = useStore(usePanel().status, ({ status }) => status?.startedAt ?? null)
  const { at, priority, userId, client, by, text, count, message, job } = entry
  const party = message ?? job
  const link = (uuid: string) => <ClientLink userId={userId} uuid={uuid} names={names} tabbable />
  return (
    <Facts>
      <Fact name="Time" title={exactTime(at)}>
        <span className="num" translate="no">
          {dayText(at)} {clockText(at)}
        </span>
      </Fact>
      {client !== '' && <Fact name={party === null ? 'Client' : 'From'}>{link(client)}</Fact>}
      {client !== '' && (
        <Fact name="Uuid" title={visibleText(client)} value={client}>
          <ClientText text={client} />
        </Fact>
      )}
      {party === null && <Fact name="By">{byWords[by]}</Fact>}
      {party === null && text !== '' && (
        <Fact name="Says" wrap>
          <span className={styles['says']}>
            <ClientText text={text} />
          </span>
        </Fact>
      )}
      {count > 1 && <Fact name="Times">{count.toLocaleString('en')}</Fact>}
      {message !== null && (
        <>
          <Fact name="Routing" title={visibleText(routingText(message.routing))}>
            <ClientText text={routingText(message.routing)} />
          </Fact>
          <Fact name="Outcome">{outcomeText(message, startedAt !== null && at < startedAt).text}</Fact>
          <Fact name="Size">{`${sizeText(message.bytes)} (${message.bytes.toLocaleString('en')} bytes)`}</Fact>
        </>
      )}
      {job !== null && (
        <>
          <Fact
            name={job.targetCount === 1 ? 'To' : `To ${job.targetCount}`}
            value={job.targets.join(', ')}
            wrap
          >
            {job.targets.map((uuid) => (
              <span key={uuid}>{link(uuid)}</span>
            ))}
            {job.targetCount > job.targets.length && ` and ${job.targetCount - job.targets.length} more`}
          </Fact>
          <Fact name="Asked for">
            <span className="num" translate="no">
              {dayText(job.dispatchedAt)} {clockText(job.dispatchedAt)}
            </span>
          </Fact>
          {entry.kind !== 'job_interrupted' && <Fact name="Took">{tookText(at - job.dispatchedAt)}</Fact>}
        </>
      )}
      {party !== null && (
        <Fact name="Job id" title={visibleText(party.jobId)} value={party.jobId}>
          <a className={styles['link']} href={placeLink('jobs', party.jobId)}>
            <ClientText text={party.jobId} />
          </a>
        </Fact>
      )}
      {message !== null && (
        <Fact name="Message id" title={visibleText(message.messageId)} value={message.messageId}>
          <ClientText text={message.messageId} />
        </Fact>
      )}
      <Fact name="Urgency">{priorityText(priority)}</Fact>
    </Facts>
  )
}

interface KeptProps {
  entry: LogEntry
  detail: LogDetail | null | undefined
  names: ReadonlyMap<string, string>
}

/** What is kept of it besides: who got it, and what it said. */
function Kept({ entry, detail, names }: KeptProps) {
  if (entry.message === null && entry.job === null) return null
  if (detail === undefined) return <p className={pane['note']}>Loading…</p>
  if (detail === null) {
    return <p className={pane['note']}>Nothing more of it is kept: the history was off, or has let it go.</p>
  }
  const { deliveries, payload, result, error } = detail
  return (
    <TextSections>
      {entry.message !== null && <Deliveries entry={entry} deliveries={deliveries} names={names} />}
      {entry.message !== null && payload === null && (
        <TextNote>Its payload was not kept: “Payloads in the history” is off under Settings.</TextNote>
      )}
      {payload !== null && <KeptText title="Payload" kept={payload} />}
      {error !== null && error.text !== '' && <KeptText title="Error" kept={error} failed />}
      {entry.job !== null && result === null && (
        <TextNote>Its result was not kept: “Payloads in the history” is off under Settings.</TextNote>
      )}
      {result !== null && result.text !== '' && <KeptText title="Result" kept={result} />}
    </TextSections>
  )
}

/** What the words mean. A pong comes from a library, and not from a model. */
const deliveryHelp: Record<PanelDelivery, string> = {
  queued: 'It waits in the mailbox of the client.',
  sent: 'It was written to the stream of the client, which has not confirmed it (yet).',
  received: 'The program has confirmed it. A library does so by itself: its model may not have seen it.',
  read: 'The client has fetched it.',
  filtered: 'The client does not want messages of this priority.',
  dropped: 'The mailbox of the client was full.',
}

function Deliveries({
  entry,
  deliveries,
  names,
}: {
  entry: LogEntry
  deliveries: LogDetail['deliveries']
  names: KeptProps['names']
}) {
  const all = entry.message?.targetCount ?? 0
  if (all === 0) return null
  return (
    <TextSection title="Deliveries">
      <ul className={styles['deliveries']} aria-label="Deliveries">
        {deliveries.map(({ uuid, outcome }) => (
          <li key={uuid}>
            <ClientLink userId={entry.userId} uuid={uuid} names={names} tabbable />
            <span
              data-outcome={outcome ?? 'unknown'}
              title={outcome === null ? undefined : deliveryHelp[outcome]}
            >
              {outcome ?? 'too long ago to tell'}
            </span>
          </li>
        ))}
      </ul>
      {all > deliveries.length && (
        <TextNote>
          {deliveries.length} of {all.toLocaleString('en')} targets are kept.
        </TextNote>
      )}
    </TextSection>
  )
}

function KeptText({
  title,
  kept,
  failed = false,
}: {
  title: string
  kept: NonNullable<LogDetail['payload']>
  failed?: boolean
}) {
  const { text, bytes, cut } = kept
  const json = cut ? null : indented(text)
  return (
    <TextSection title={title} buttons={<CopyButton label={`Copy ${title.toLowerCase()}`} text={text} />}>
      <CodeBlock
        text={json ?? text}
        language={json !== null || (cut && text.startsWith('{')) ? 'json' : 'text'}
        label={title}
        failed={failed}
      />
      {cut && (
        <TextNote>
          {bytes === null
            ? 'The history keeps the first 4 KiB; the rest was left out.'
            : `Kept are the first ${sizeText(byteLength(text))} of ${sizeText(bytes)}: ${(bytes - byteLength(text)).toLocaleString('en')} bytes were left out.`}
        </TextNote>
      )}
    </TextSection>
  )
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** JSON of an object or a list in lines; null for any other text. */
function indented(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? indentJson(text) : null
  } catch {
    return null
  }
}
