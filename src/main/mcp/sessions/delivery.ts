import { attempt } from '../../base/guarded.ts'
import { messageBusLogger, priorityName, type Priority } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import { takesWhole } from '../../bus/message-size.ts'
import type { BusMessage } from '../../bus/message.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'
import { linkTo, type LargeMessages } from './large-messages.ts'
import { sessionOf } from './session-of.ts'

export interface Delivery {
  /** From now on drains the mailboxes of this bus as messages come in. */
  attach(bus: UserMessageBus): void
  /** Drains every mailbox of a session: call it when its stream opens or takes writes again. */
  drainSession(bus: UserMessageBus, session: McpSession): void
  /**
   * Puts back into the mailboxes what was written to a session's stream and did not arrive. `new-stream`: the client
   * has opened another and did not say what it has; what the system never took from the process is put back.
   * `lost`: the session is over without its client's word; then also what may have arrived, but no jobs, as not every
   * peer knows one that it was given before.
   */
  takeBack(bus: UserMessageBus, session: McpSession, how: 'new-stream' | 'lost'): void
  /** A client has what was written to its stream, by what a session knows it by. */
  confirmed(bus: UserMessageBus, origins: readonly object[]): void
}

/** What delivery knows a written event by. */
class DeliveredMessage {
  readonly client: ClientInfo
  readonly message: BusMessage

  constructor(client: ClientInfo, message: BusMessage) {
    this.client = client
    this.message = message
  }
}

/**
 * Takes messages out of mailboxes and writes them to open streams, most urgent first, for as long as the
 * socket takes them. What a session's threshold filters out is settled as filtered. A payload that its client does not
 * take whole goes out as a link.
 *
 * @param threshold the least urgent priority a session wants, null for everything
 */
export function createDelivery(
  threshold: (session: McpSession) => Priority | null,
  largeMessages: Pick<LargeMessages, 'keep'>,
): Delivery {
  /** False, with nothing written, where the stream takes none. */
  const write = (
    bus: UserMessageBus,
    client: ClientInfo,
    message: BusMessage,
    session: McpSession,
  ): boolean => {
    const origin = new DeliveredMessage(client, message)
    if (takesWhole(client, message.payloadBytes))
      return session.writeEvent(frame(message, client.uuid), origin)
    // Kept first: the client may read it as soon as it has the link.
    largeMessages.keep(bus, message, client)
    return session.writeEvent(linkFrame(message, client.uuid), origin)
  }

  const drain = (bus: UserMessageBus, client: ClientInfo, session: McpSession): void => {
    const least = threshold(session)
    for (
      let entry = bus.mailboxes.next(client.uuid);
      entry !== undefined;
      entry = bus.mailboxes.next(client.uuid)
    ) {
      if (least !== null && entry.message.priority > least) {
        bus.mailboxes.settle(client, 'filtered')
      } else {
        if (!session.streamWritable || !write(bus, client, entry.message, session)) return
        bus.mailboxes.settle(client, 'sent')
      }
    }
  }

  const deliver = (
    bus: UserMessageBus,
    client: ClientInfo,
    session: McpSession,
    message: BusMessage,
  ): void => {
    // More urgent messages may wait before it: its own fate is decided here, so that its sender is told.
    const least = threshold(session)
    if (least !== null && message.priority > least) bus.mailboxes.filter(client, message)
    else drain(bus, client, session)
  }

  const takeBack: Delivery['takeBack'] = (bus, session, how) => {
    const written = session.takeBack(how === 'lost' ? 'unconfirmed' : 'untaken')
    // Each goes before those that are there, so the newest is put back first.
    for (const { origin, taken } of written.toReversed()) {
      if (!(origin instanceof DeliveredMessage)) continue
      if (!taken || origin.message.head.jobKind === null) bus.mailboxes.putBack(origin.client, origin.message)
    }
  }

  return {
    takeBack,
    confirmed(bus, origins) {
      for (const origin of origins) {
        if (origin instanceof DeliveredMessage) bus.mailboxes.noteReceived(origin.client, origin.message)
      }
    },
    attach(bus) {
      bus.events.on('message', (message, targets) => {
        for (const client of targets) {
          const session = sessionOf(client)
          if (session !== null) attempt('delivery', () => deliver(bus, client, session, message))
        }
      })
      // A reconnect under a new session takes up what waited, if its stream was open before it registered.
      bus.events.on('registered', ({ client, takenFrom }) => {
        const session = sessionOf(client)
        const before = sessionOf({ session: takenFrom })
        // Without an origin: what does not arrive is not put into the mailbox of who has the uuid now.
        before?.writeEvent(frame(bus.noticeOfLoss(client, before), client.uuid))
        if (before !== null && !before.streamOpen) {
          attempt('messages of a lost session', () => takeBack(bus, before, 'lost'))
        }
        if (session !== null) drain(bus, client, session)
      })
    },
    drainSession(bus, session) {
      for (const client of bus.registry.allBoundTo(session)) {
        attempt('delivery', () => drain(bus, client, session))
      }
    },
  }
}

/** The two halves of a notification's JSON text, around the one part that differs between its targets. */
const halves = new WeakMap<BusMessage, { head: string; tail: string }>()

/** The notification for one target as one line of JSON. A broadcast is serialised once, with the target spliced in. */
function frame(message: BusMessage, targetUuid: string): string {
  let parts = halves.get(message)
  if (parts === undefined) {
    parts = serialise(message, message.payloadJson)
    halves.set(message, parts)
  }
  return parts.head + JSON.stringify(targetUuid) + parts.tail
}

/** The same with a link in place of the payload. */
function linkFrame(message: BusMessage, targetUuid: string): string {
  const { head, tail } = serialise(message, JSON.stringify(linkTo(message)))
  return head + JSON.stringify(targetUuid) + tail
}

function serialise(message: BusMessage, payloadJson: string): { head: string; tail: string } {
  const { user_id, from_uuid, routing, job_id, message_id, priority, timestamp } = message
  const rest = JSON.stringify({ job_id, message_id, priority, timestamp }).slice(1)
  return {
    head:
      `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"${priorityName(priority)}",` +
      `"logger":"${messageBusLogger}","data":{"user_id":${JSON.stringify(user_id)},` +
      `"from_uuid":${JSON.stringify(from_uuid)},"target_uuid":`,
    tail: `,"routing":${JSON.stringify(routing)},"payload":${payloadJson},${rest}}}`,
  }
}
