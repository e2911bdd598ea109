import { useStore } from 'zustand'
import type { ClientDetail, SessionFacts } from '../../../shared/client-detail.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { Term } from '../../ui/Term.tsx'
import { Elapsed, LastSeen } from '../status/Times.tsx'
import { sizeText } from '../status/time-text.ts'
import { DetailPending } from './DetailPending.tsx'
import { Fact, Facts } from './Facts.tsx'
import { useInspector } from './inspector-context.ts'
import styles from './Inspector.module.css'

/** The MCP session behind the record, and the mailbox in front of it. */
export function SessionTab() {
  const detail = useStore(useInspector().state, (state) => state.detail)
  if (detail === null) return <DetailPending />
  return (
    <>
      {detail.session === null ? (
        <p className={styles['note']}>
          No session. Messages for this client wait in its mailbox until it connects again.
        </p>
      ) : (
        <Session session={detail.session} />
      )}
      <Mailbox mailbox={detail.mailbox} />
    </>
  )
}

function Session({ session }: { session: SessionFacts }) {
  return (
    <Facts>
      <Fact name="Program">
        <ClientText text={session.programName} /> <ClientText text={session.programVersion} />
      </Fact>
      <Fact name={<Term word="protocol">Protocol</Term>}>
        <ClientText text={session.protocolVersion} />
      </Fact>
      <Fact name="Address">
        <ClientText text={session.remoteAddress} />
      </Fact>
      <Fact name="Started">
        <Elapsed since={session.startedAt} /> ago
      </Fact>
      <Fact name="Last request">
        <LastSeen at={session.lastRequestAt} />
      </Fact>
      <Fact name="Streams open">
        <span className="num">{session.streamsOpen}</span>
        {session.streamsOpen === 0 && ', so messages wait in the mailbox'}
      </Fact>
      <Fact name="Writable">
        {session.streamsOpen === 0 ? 'no stream' : session.streamWritable ? 'yes' : 'no, its socket is full'}
      </Fact>
      <Fact name="Buffered">
        <span className="num">{sizeText(session.bufferedBytes)}</span>
      </Fact>
      <Fact name={<Term word="threshold">Threshold</Term>}>
        {session.threshold === null ? 'none set, gets everything' : <ClientText text={session.threshold} />}
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
          <span className="num">
            {mailbox.count} of {mailbox.maxCount}
          </span>
        </Fact>
        <Fact name="Size">
          <span className="num">
            {sizeText(mailbox.bytes)} of {sizeText(mailbox.maxBytes)}
          </span>
        </Fact>
        <Fact name={<Term word="drops">Dropped</Term>}>
          <span className="num">{mailbox.dropped}</span>
        </Fact>
        <Fact name="Filtered">
          <span className="num">{mailbox.filtered}</span>
        </Fact>
      </Facts>
    </>
  )
}
