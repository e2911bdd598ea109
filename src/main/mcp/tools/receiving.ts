import { z } from 'zod'
import { after } from '../../base/guarded.ts'
import { bounds, nameSchema, type JsonObject, type MessageData } from '../../../shared/protocol.ts'
import { jsonText, RawJson } from '../../base/raw-json.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import { takesAnySize } from '../../bus/message-size.ts'
import type { BusMessage } from '../../bus/message.ts'
import { isStreamed } from '../../bus/streamed-messages.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import { answerSchema, defineTool, failure, someObjects, type Tool } from '../calls/tool.ts'
import { bytesTwice, resultBytes } from '../calls/wire-size.ts'
import { linkTo, type LargeMessages } from '../sessions/large-messages.ts'

/** `blender_receive_messages`: as many of the messages that wait, or went to the client's stream, as one answer takes. */
export const receiveMessagesTool = (largeMessages: Pick<LargeMessages, 'keep'>): Tool =>
  defineTool({
    name: 'blender_receive_messages',
    title: 'Receive messages',
    description:
      'Takes the messages to your client, most urgent first: those that wait, and those that went to its stream in the ' +
      'last 10 minutes. Waits for one up to wait_seconds. With "after" none is lost with an answer.',
    input: z.object({
      client_uuid: nameSchema,
      wait_seconds: z.number().min(0).max(bounds.receiveWaitSeconds).default(0),
      max: z.number().int().min(1).max(bounds.receiveMax).default(bounds.receiveMax),
      after: z
        .string()
        .max(bounds.nameLength)
        .optional()
        .describe('message_id of the last message that you got this way, "" before the first'),
    }),
    output: answerSchema({
      messages: someObjects(),
      remaining: z.number(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    async run({ client_uuid, wait_seconds, max, after }, { bus, session, extra }) {
      const client = bus.get(client_uuid)
      if (client === undefined) {
        return failure({
          error: 'unknown_client',
          message: `No client "${client_uuid}" is registered. Call blender_register_client first.`,
        })
      }
      if (client.session !== null && client.session !== session) {
        return failure({
          error: 'not_your_client',
          message: `Client "${client_uuid}" belongs to another session. Register it in this session to take it over.`,
        })
      }
      bus.mailboxes.confirm(client, after)
      // A poller that was killed leaves its call waiting: what comes is for the next one.
      const take = (): BusMessage[] | null =>
        session.hears(extra.requestId)
          ? bus.mailboxes.take(client, max, {
              keep: after !== undefined,
              fits: oneAnswer(client),
              holds: client.session === session,
            })
          : null
      const messages = await firstMessages(bus, client, take, wait_seconds * 1000, extra.signal)
      return {
        structured: {
          status: 'ok',
          messages: messages.map((message) => {
            const { data, isLink } = messageData(message, client)
            if (isLink) largeMessages.keep(bus, message, client)
            return data
          }),
          remaining: bus.mailboxes.leftFor(client_uuid),
        },
        anySize: takesAnySize(client),
      }
    },
  })

/** What is left of an answer for its messages. */
const room = resultBytes - 1024

/** Lets the first message through, and then each that fits into the same answer. */
function oneAnswer(client: ClientInfo): (message: BusMessage) => boolean {
  let used = 0
  return (message) => {
    const isFirst = used === 0
    used += messageData(message, client).bytes
    return isFirst || used <= room
  }
}

/**
 * What one client is answered for a message, and the bytes that it takes. An answer holds everything twice, so a payload
 * of half the size becomes a link here: see `takesWhole` for the stream.
 */
function messageData(
  message: BusMessage,
  client: ClientInfo,
): { data: WrittenMessage; isLink: boolean; bytes: number } {
  const whole = dataOf(message, RawJson.ofText(message.payloadJson), client.uuid)
  const bytes = bytesTwice(jsonText(whole))
  if (bytes <= room || takesAnySize(client)) return { data: whole, isLink: false, bytes }
  const link = dataOf(message, linkTo(message), client.uuid)
  return { data: link, isLink: true, bytes: bytesTwice(JSON.stringify(link)) }
}

/** A message as it is written: its payload as it came, or the link to it. */
type WrittenMessage = Omit<MessageData, 'payload'> & { payload: RawJson | JsonObject }

function dataOf(message: BusMessage, payload: WrittenMessage['payload'], targetUuid: string): WrittenMessage {
  return {
    user_id: message.user_id,
    from_uuid: message.from_uuid,
    target_uuid: targetUuid,
    routing: message.routing,
    payload,
    job_id: message.job_id,
    message_id: message.message_id,
    priority: message.priority,
    timestamp: message.timestamp,
    ...(isStreamed(message) && { via_stream: true }),
  }
}

/**
 * What there is for the client, or what comes first; nothing where it leaves, the time is over or the caller gives up:
 * nobody reads the answer of a call that was cancelled, so what waits must stay for the next one. What comes is taken
 * as it comes, since the last message to a client that is unregistered goes with its mailbox a moment later.
 */
function firstMessages(
  bus: UserMessageBus,
  client: ClientInfo,
  take: () => BusMessage[] | null,
  waitMs: number,
  signal: AbortSignal,
): Promise<BusMessage[]> {
  if (signal.aborted) return Promise.resolve([])
  const waiting = take() ?? []
  if (waiting.length > 0 || waitMs === 0) return Promise.resolve(waiting)
  return new Promise((resolve) => {
    const onMessage = (_: BusMessage, targets: readonly ClientInfo[]): void => {
      if (!targets.includes(client)) return
      const taken = take()
      if (taken?.length !== 0) finish(taken ?? [])
    }
    const onUnregistered = (change: { client: ClientInfo }): void => {
      if (change.client === client) finish([])
    }
    const giveUp = (): void => finish([])
    const finish = (messages: BusMessage[]): void => {
      clearTimeout(timer)
      bus.events.off('message', onMessage)
      bus.events.off('unregistered', onUnregistered)
      signal.removeEventListener('abort', giveUp)
      resolve(messages)
    }
    const timer = after('wait for messages', waitMs, giveUp)
    bus.events.on('message', onMessage)
    bus.events.on('unregistered', onUnregistered)
    signal.addEventListener('abort', giveUp)
  })
}
