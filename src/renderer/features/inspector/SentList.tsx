import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { SessionFacts } from '../../../shared/client-detail.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import { languageOf, type Language } from '../../lib/code-language.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { JobDot } from '../jobs/JobDot.tsx'
import { JobDuration, JobProgress } from '../jobs/JobRow.tsx'
import { LastSeen } from '../../widgets/Times.tsx'
import type { SentMessage } from '../../model/send/compose-store.ts'
import { draftTitle, type Draft } from '../../model/send/draft.ts'
import styles from './SentList.module.css'

/** Characters of a text that are shown here; the job has the whole. */
const shownMax = 4_000

interface SentListProps {
  client: PanelClient
  /** Newest first. */
  sent: readonly SentMessage[]
  /** Its session just now, null where it has none or none is known. */
  session: SessionFacts | null
}

/** What was sent to this client from this panel, and what has become of it. */
export function SentList({ client, sent, session }: SentListProps) {
  const { compose } = usePanel()
  const live = useLive()
  const [newest] = sent
  const first = useRef<HTMLLIElement>(null)
  const seen = useRef(newest?.id)
  // What becomes of a message that was just sent is in sight, without taking the focus from the form.
  useEffect(() => {
    if (newest?.id !== seen.current) first.current?.scrollIntoView({ block: 'nearest' })
    seen.current = newest?.id
  }, [newest?.id, newest?.job?.state])
  if (newest === undefined) return null
  return (
    <section className={styles['sent']} aria-label="Sent from this panel">
      <h3>Sent from this panel</h3>
      <p role="status" className="spoken">
        {statusText(newest, session)}
      </p>
      <ol className={live ? undefined : styles['past']}>
        {sent.map((message, index) => (
          <li key={message.id} ref={index === 0 ? first : undefined}>
            <div className={styles['head']}>
              {message.job !== null && <JobDot state={message.job.state} />}
              <ClientText className={styles['title']} text={draftTitle(message.draft)} />
              <span className={`${styles['at']} num`} translate="no">
                {message.at !== null && <LastSeen at={message.at} />}
              </span>
              <Button
                kind="quiet"
                aria-label={`Put back: ${visibleText(draftTitle(message.draft))}`}
                title="Puts this into the form again"
                onClick={() => compose.putBack(client, message.id)}
              >
                Put back
              </Button>
            </div>
            <p className={`${styles['state']} ${styles[toneOf(message)] ?? ''}`}>
              {deliveryText(message, session)}
            </p>
            <JobLine message={message} />
            {index === 0 ? (
              <Texts message={message} />
            ) : (
              <details>
                <summary>What was sent, and what came of it</summary>
                <Texts message={message} />
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function JobLine({ message: { job, forgotten, state } }: { message: SentMessage }) {
  const key = state.phase === 'sent' ? state.jobKey : null
  const known = useStore(usePanel().jobs.state, ({ byKey }) => key !== null && byKey.has(key))
  if (job === null) return null
  return (
    <p className={styles['job']}>
      <JobProgress job={job} />
      {isTerminal(job.state) ? (
        <span className={styles['dim']}>
          after <JobDuration job={job} />
        </span>
      ) : (
        job.progressMessage !== '' && <ClientText className={styles['dim']} text={job.progressMessage} />
      )}
      {known ? (
        <a className={styles['link']} href={placeLink('jobs', job.jobId)}>
          Open the job
        </a>
      ) : (
        forgotten && <span className={styles['dim']}>the bus has forgotten it: this is its last state</span>
      )}
    </p>
  )
}

function Texts({ message: { draft, detail } }: { message: SentMessage }) {
  return (
    <div className={styles['texts']}>
      {detail !== null && detail.error !== '' && (
        <Text title="Error" text={detail.error} length={detail.errorLength} failed />
      )}
      {detail !== null && detail.result !== '' && (
        <Text title="Result" text={detail.result} length={detail.resultLength} />
      )}
      <Text title="Sent" {...bodyOf(draft)} length={bodyOf(draft).text.length} />
    </div>
  )
}

interface TextProps {
  title: string
  text: string
  /** What it is written in; left out, its look tells. */
  language?: Language
  /** Characters of the whole, of which `text` may be the start. */
  length: number
  failed?: boolean
}

function Text({ title, text, language = languageOf(text), length, failed = false }: TextProps) {
  const shown = text.slice(0, shownMax)
  return (
    <>
      <h4>{title}</h4>
      <CodeBlock text={shown} language={language} label={title} failed={failed} />
      {shown.length < length && (
        <p className={styles['dim']}>
          Shown are {shown.length.toLocaleString('en')} of {length.toLocaleString('en')} characters.
        </p>
      )}
    </>
  )
}

function bodyOf({ kind, message, script, params }: Draft): { text: string; language: Language } {
  if (kind === 'code') return { text: script, language: 'python' }
  return { text: kind === 'message' ? message : params, language: 'json' }
}

/** How far it got, in a sentence; of a job that somebody has reported on, its own state says the rest. */
function deliveryText({ state, job, draft }: SentMessage, session: SessionFacts | null): string {
  switch (state.phase) {
    case 'sending':
      return 'On its way to the server…'
    case 'refused':
      return `Not sent. ${state.message}`
    case 'unknown':
      return state.message
    case 'sent':
      if (job !== null && job.state !== 'pending') return `Sent at ${draft.priority}.`
      switch (state.delivery) {
        case 'sent':
          return job === null
            ? 'Sent on its stream.'
            : 'Sent on its stream. It has not said that it runs yet.'
        case 'received':
          return job === null
            ? 'Received: its program has confirmed it. Its model may not have seen it.'
            : 'Received. It has not said that it runs yet.'
        case 'read':
          return job === null ? 'Read: it was fetched.' : 'Fetched. It has not said that it runs yet.'
        case 'queued':
          if (session === null || session.streamsOpen === 0) {
            return 'Waits in its mailbox until its stream opens.'
          }
          return 'Waits in its mailbox until its stream takes more.'
        case 'filtered':
          return session?.threshold == null
            ? 'Filtered: it did not want this priority.'
            : `Filtered: it takes only ${session.threshold} and above.`
        case 'dropped':
          return 'Dropped: its mailbox was full of what is more urgent or newer.'
      }
  }
}

function statusText(message: SentMessage, session: SessionFacts | null): string {
  const { job } = message
  const delivery = deliveryText(message, session)
  return job === null || job.state === 'pending' ? delivery : `${visibleText(job.title)}: ${job.state}`
}

function toneOf({ state, job }: SentMessage): 'bad' | 'waits' | 'good' {
  if (state.phase === 'refused' || state.phase === 'unknown') return 'bad'
  if (state.phase === 'sending' || (job !== null && job.state !== 'pending')) return 'good'
  if (state.delivery === 'dropped') return 'bad'
  return state.delivery === 'queued' || state.delivery === 'filtered' ? 'waits' : 'good'
}
