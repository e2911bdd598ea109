import { memo } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import type { LogEntry } from '../../../shared/activity.ts'
import { clientKey } from '../../../shared/clients.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { clientName } from '../../model/clients/client-text.ts'
import { exactTime, sizeText } from '../../lib/time-text.ts'
import { KindIcon } from './KindIcon.tsx'
import styles from './LogRow.module.css'
import {
  clockText,
  dayText,
  kindFacts,
  outcomeText,
  priorityText,
  tookText,
} from '../../model/activity/log-text.ts'

/** Heights in CSS pixels; the style sheet says the same. */
export const logRowHeights = { line: 24, card: 44 } as const
/** `line`: one line, for a wide list; `card`: two, beside something else. */
export type LogLayout = keyof typeof logRowHeights

interface LogRowProps {
  entry: LogEntry
  names: ReadonlyMap<string, string>
  layout: LogLayout
  index: number
  /** Distance from the first row, in CSS pixels. */
  top: number
  tabStop: boolean
  open: boolean
  /** The first entry of a day says which. */
  newDay: boolean
  onStand: (id: number) => void
}

/** One entry of the log. Drawn anew only when it changes. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { entry, names, layout, index, top, tabStop, open, newDay, onStand } = props
  const { word, tone } = kindFacts[entry.kind]
  const text = entryText(entry)
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={open}
      aria-label={visibleText(`${clockText(entry.at)}, ${word}, ${text === '' ? entry.client : text}`)}
      data-entry={entry.id}
      data-tone={tone}
      tabIndex={tabStop ? 0 : -1}
      className={`${styles['row']} ${styles[layout] ?? ''} ${newDay ? styles['newDay'] : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => onStand(entry.id)}
    >
      <div role="gridcell" className={`${styles['time']} num`} translate="no">
        <time title={exactTime(entry.at)}>{clockText(entry.at)}</time>
      </div>
      <div role="gridcell" className={styles['kind']}>
        <KindIcon kind={entry.kind} />
        <span className={styles['word']}>{word}</span>
        {newDay && <span className={styles['day']}>{dayText(entry.at)}</span>}
      </div>
      <div role="gridcell" className={styles['parties']}>
        <Parties entry={entry} names={names} />
      </div>
      <div role="gridcell" className={styles['text']}>
        {entry.job === null ? (
          <ClientText text={text} />
        ) : (
          <>
            <a className={styles['link']} tabIndex={-1} href={placeLink('jobs', entry.job.jobId)}>
              <ClientText text={entry.text} />
            </a>
            {entry.job.problem !== '' && (
              <ClientText className={styles['problem']} text={entry.job.problem} />
            )}
          </>
        )}
      </div>
      <div role="gridcell" className={`${styles['meta']} num`} translate="no">
        <Meta entry={entry} />
      </div>
    </div>
  )
})

/** What it says in words, beside the kind and the clients. */
export function entryText({ text, message }: LogEntry): string {
  return message !== null && text === 'message' ? '' : text
}

function Parties({ entry, names }: { entry: LogEntry; names: ReadonlyMap<string, string> }) {
  const { client, userId, message, job } = entry
  const party = message ?? job
  const first = party?.targets[0]
  const more = (party?.targetCount ?? 0) - 1
  return (
    <>
      {client !== '' && <ClientLink userId={userId} uuid={client} names={names} />}
      {party !== null && (
        <>
          <span className={styles['arrow']} aria-label="to">
            →
          </span>
          {first === undefined ? (
            <span className={styles['nobody']}>nobody</span>
          ) : (
            <ClientLink userId={userId} uuid={first} names={names} />
          )}
          {more > 0 && (
            <span className={`${styles['more']} num`} translate="no">
              +{more}
            </span>
          )}
        </>
      )}
    </>
  )
}

interface ClientLinkProps {
  userId: string
  uuid: string
  names: ReadonlyMap<string, string>
  /** Rows are walked by the arrow keys; elsewhere links are in the way of Tab. */
  tabbable?: boolean
}

/** A client by its name, with the way to it where it is registered. */
export function ClientLink({ userId, uuid, names, tabbable = false }: ClientLinkProps) {
  const key = clientKey({ userId, uuid })
  const client = useStore(usePanel().clients.state, ({ byKey }) => byKey.get(key))
  const name = client === undefined ? (names.get(key) ?? uuid) : clientName(client)
  if (client === undefined)
    return <ClientText className={`${styles['party']} ${styles['left']}`} text={name} />
  return (
    <a className={styles['link']} tabIndex={tabbable ? undefined : -1} href={placeLink('clients', uuid)}>
      <ClientText className={styles['party']} text={name} />
    </a>
  )
}

function Meta({ entry }: { entry: LogEntry }) {
  const startedAt = useStore(usePanel().status, ({ status }) => status?.startedAt ?? null)
  const { message, job, priority, count } = entry
  if (message !== null) {
    const outcome = outcomeText(message, startedAt !== null && entry.at < startedAt)
    return (
      <>
        {priority !== 6 && <span data-priority={priority}>{priorityText(priority)}</span>}
        {outcome.text !== 'sent' && <span data-tone={outcome.tone}>{outcome.text}</span>}
        <span className={styles['size']}>{sizeText(message.bytes)}</span>
      </>
    )
  }
  if (job !== null) {
    return entry.kind === 'job_interrupted' ? null : <span>{tookText(entry.at - job.dispatchedAt)}</span>
  }
  return count > 1 ? <span>× {count.toLocaleString('en')}</span> : null
}
