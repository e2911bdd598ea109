/** Everything the inspector shows of one client. */
import { z } from 'zod'
import { panelClientSchema } from './clients.ts'
import { panelDeliverySchema } from './messages.ts'

/** The MCP session behind a record. It never holds the session's id, which works like a key. */
export const sessionFactsSchema = z.object({
  programName: z.string(),
  programVersion: z.string(),
  /** The id of the token it came with, and whether that has to ask by default (see `approvals.ts`). */
  tokenId: z.string(),
  asksByToken: z.boolean(),
  /** Uuids of all clients that it has registered. */
  clients: z.array(z.string()),
  protocolVersion: z.string(),
  remoteAddress: z.string(),
  /** Unix seconds. */
  startedAt: z.number(),
  lastRequestAt: z.number(),
  streamsOpen: z.number().int(),
  /** False while its socket is full: messages wait in the mailbox. */
  streamWritable: z.boolean(),
  bufferedBytes: z.number().int(),
  /** It has answered a ping, so its silence means that it is gone. */
  answersPings: z.boolean(),
  /** Its own requests that are not answered yet. */
  requestsOpen: z.number().int(),
  /** Events written to its streams, pings not counted, and notifications that found no room to wait. */
  eventsSent: z.number().int(),
  notificationsDropped: z.number().int(),
  /** Least urgent level it asked for by `logging/setLevel`, null if it never did (it gets everything). */
  threshold: z.string().nullable(),
})
export type SessionFacts = z.infer<typeof sessionFactsSchema>

/** Everything the inspector shows of one client; `null` once the client is unregistered. */
export const clientDetailSchema = z.object({
  client: panelClientSchema,
  session: sessionFactsSchema.nullable(),
  mailbox: z.object({
    count: z.number().int(),
    bytes: z.number().int(),
    maxCount: z.number().int(),
    maxBytes: z.number().int(),
    dropped: z.number().int(),
    filtered: z.number().int(),
  }),
  /** What the operator sent to it and how far that has come, newest first, at most 50. */
  posted: z.array(z.object({ messageId: z.string(), delivery: panelDeliverySchema })),
})
export type ClientDetail = z.infer<typeof clientDetailSchema>
