import { CircleCheck, CircleSlash, Filter } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { ClientDetail, SessionFacts } from '../../../shared/client-detail.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { Term } from '../../ui/Term.tsx'
import { useMayChange } from '../settings/Row.tsx'
import { tokenName } from '../../model/settings/setting-entries.ts'
import { LastSeen } from '../../widgets/Times.tsx'
import { exactTime, sizeText } from '../../lib/time-text.ts'
import { DetailPending } from './DetailPending.tsx'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import { useInspector } from './inspector-context.ts'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'
import styles from '../../ui/Pane.module.css'
import { receiving, type Receiving } from '../../model/inspector/receiving.ts'
import sessionStyles from './SessionTab.module.css'

/** Whether it gets what is sent to it and why, the MCP session behind the record, and the mailbox in front of it. */
export function SessionTab({ current }: TabProps) {
  const detail = useStore(useInspector().state, (state) => state.detail)
  if (detail === null) return <DetailPending />
  return (
    <>
      {current && <ReceivingLine receiving={receiving(detail)} />}
      {detail.session !== null && <Session session={detail.session} />}
      <Mailbox mailbox={detail.mailbox} />
    </>
  )
}

const icons = { receives: CircleCheck, filters: Filter, waits: CircleSlash }

function ReceivingLine({ receiving: { kind, text } }: { receiving: Receiving }) {
  const Icon = icons[kind]
  return (
    <p className={`${sessionStyles['receiving']} ${sessionStyles[kind] ?? ''}`} role="status">
      <Icon size={15} aria-hidden />
      <span>{text}</span>
    </p>
  )
}

function Session({ session }: { session: SessionFacts }) {
  const { tokens } = usePanel()
  const live = useLive()
  const mayChange = useMayChange()
  const listed = useStore(tokens.state, (state) => state.tokens)
  useEffect(() => {
    if (live && mayChange) void tokens.load()
  }, [live, mayChange, tokens])
  const others = session.clients.length - 1
  return (
    <Facts>
      <Fact name="Program" value={`${session.programName} ${session.programVersion}`}>
        <ClientText text={session.programName} /> <ClientText text={session.programVersion} />
      </Fact>
      <Fact name="Protocol" term="protocol">
        <ClientText text={session.protocolVersion} />
      </Fact>
      <Fact name="Address" value={session.remoteAddress} copy>
        <ClientText text={session.remoteAddress} />
      </Fact>
      <Fact name="Token" term="token" value={tokenName(session.tokenId, listed)}>
        <ClientText text={tokenName(session.tokenId, listed)} />
      </Fact>
      <Fact name="Registered">{others <= 0 ? 'this client alone' : `this client and ${others} more`}</Fact>
      <Fact name="Started" value={exactTime(session.startedAt)}>
        <LastSeen at={session.startedAt} />
      </Fact>
      <Fact name="Last request" value={exactTime(session.lastRequestAt)}>
        <LastSeen at={session.lastRequestAt} />
      </Fact>
      <Fact name="Open requests">
        <span className="num" translate="no">
          {session.requestsOpen}
        </span>
      </Fact>
      <Fact name="Keepalive">{session.answersPings ? 'answers pings' : 'has answered no ping yet'}</Fact>
      <Fact name="Streams open">
        <span className="num" translate="no">
          {session.streamsOpen}
        </span>
        {session.streamsOpen === 0 && ', so messages wait in the mailbox'}
      </Fact>
      <Fact name="Writable">
        {session.streamsOpen === 0 ? 'no stream' : session.streamWritable ? 'yes' : 'no, its socket is full'}
      </Fact>
      <Fact name="Buffered">
        <span className="num" translate="no">
          {sizeText(session.bufferedBytes)}
        </span>
      </Fact>
      <Fact name="Threshold" term="threshold">
        {session.threshold === null ? 'none set, gets everything' : <ClientText text={session.threshold} />}
      </Fact>
      <Fact name="Events sent">
        <span className="num" translate="no">
          {session.eventsSent}
          {session.notificationsDropped > 0 && `, ${session.notificationsDropped} found no room`}
        </span>
      </Fact>
    </Facts>
  )
}

function Mailbox({ mailbox }: { mailbox: ClientDetail['mailbox'] }) {
  return (
    <>
      <h3 className={styles['subhead']}>
        <Term word="mailbox">Mailbox</Term>
      </h3>
      <Facts>
        <Fact name="Waiting">
          <span className="num" translate="no">
            {mailbox.count} of {mailbox.maxCount}
          </span>
        </Fact>
        <Fact name="Size">
          <span className="num" translate="no">
            {sizeText(mailbox.bytes)} of {sizeText(mailbox.maxBytes)}
          </span>
        </Fact>
        <Fact name="Dropped" term="drops">
          <span className="num" translate="no">
            {mailbox.dropped}
          </span>
        </Fact>
        <Fact name="Filtered">
          <span className="num" translate="no">
            {mailbox.filtered}
          </span>
        </Fact>
      </Facts>
    </>
  )
}
