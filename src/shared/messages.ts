/** What a person sends to one client from the panel, and what became of it. */
import { z } from 'zod'
import { clientRefSchema } from './clients.ts'
import { deliverySchema, jsonObjectSchema, priorityNames } from './protocol.ts'

/**
 * How far a message has come on its way to one client. `sent`: written to its stream. `received`: its program has confirmed
 * that, by the answer to a ping or by `Last-Event-ID`; a library does so, and its model may have seen nothing. `read`: it
 * was fetched by polling.
 */
export const panelDeliverySchema = z.enum([...deliverySchema.options, 'received', 'read'])
export type PanelDelivery = z.infer<typeof panelDeliverySchema>

/**
 * A message to exactly this client. A payload whose `message_type` makes it a job gets a new `job_id` where it names
 * none; its updates go to nobody but the panel.
 */
export const messageInputSchema = z.object({
  client: clientRefSchema,
  /** At most 4 MiB as JSON. As the text of its JSON its numbers arrive as they are written there. */
  payload: z.union([jsonObjectSchema, z.string()]),
  priority: z.enum(priorityNames),
})
export type MessageInput = z.infer<typeof messageInputSchema>

/**
 * `sent`: it is in the client's mailbox or beyond; `delivery` says how far it had come by then. `refused` says why:
 * the client is not on the bus, the payload is too large, the job id is taken, or there are too many jobs.
 */
export const messageOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('sent'),
    messageId: z.string(),
    /** Null where the message is no job. */
    jobId: z.string().nullable(),
    delivery: panelDeliverySchema,
  }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(['unknown_client', 'job_id_taken', 'payload_too_large', 'too_many_jobs', 'not_accepted']),
    message: z.string(),
  }),
])
export type MessageOutcome = z.infer<typeof messageOutcomeSchema>
