import type { ClientDetail } from '../../../shared/client-detail.ts'
import { sizeText } from '../../lib/time-text.ts'

/** Whether a client gets what is sent to it, and the reason, in one sentence. */
export interface Receiving {
  kind: 'receives' | 'filters' | 'waits'
  text: string
}

/** As its session and its mailbox are just now. What keeps everything away is said before what keeps some of it away. */
export function receiving({ session, mailbox }: Pick<ClientDetail, 'session' | 'mailbox'>): Receiving {
  const waiting =
    mailbox.count === 0
      ? 'what is sent to it waits in its mailbox'
      : `${mailbox.count} ${mailbox.count === 1 ? 'message waits' : 'messages wait'} in its mailbox`
  if (session === null) {
    return { kind: 'waits', text: `Does not receive: it has no session; ${waiting} until it connects again.` }
  }
  if (session.streamsOpen === 0) {
    return {
      kind: 'waits',
      text: `Does not receive: no open stream; ${waiting} until it opens one or fetches them.`,
    }
  }
  if (!session.streamWritable) {
    const behind = sizeText(session.bufferedBytes)
    return {
      kind: 'waits',
      text: `Is behind: its stream is open, but ${behind} of it are not read; ${waiting}.`,
    }
  }
  if (session.threshold === null || session.threshold === 'debug') {
    return { kind: 'receives', text: 'Receives: its stream is open and takes everything.' }
  }
  if (session.threshold === 'emergency') {
    return { kind: 'filters', text: 'Filters: its stream is open, and it takes only emergency.' }
  }
  return {
    kind: 'filters',
    text: `Filters: its stream is open, and it takes only ${session.threshold} and above.`,
  }
}
