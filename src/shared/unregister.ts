/** Force-unregistering clients: the order and what came of it. */
import { z } from 'zod'
import { blockSecondsMax, reasonLength } from './blocks.ts'
import { clientRefSchema } from './clients.ts'

/** Most clients that one `unregister` call may name. */
export const unregisterMax = 5000

export const unregisterInputSchema = z.object({
  clients: z.array(clientRefSchema).min(1).max(unregisterMax),
  reason: z.string().max(reasonLength),
  /** Keep it away for so many seconds; null to let it come back at once. */
  blockSeconds: z.number().int().positive().max(blockSecondsMax).nullable(),
  /**
   * Whom a block names: the client alone, its program with its token, or every program of its token. A client without
   * a session is named alone. On a user's panel it holds on that user's bus.
   */
  scope: z.enum(['client', 'program', 'token']).default('client'),
})
export type UnregisterInput = z.infer<typeof unregisterInputSchema>
export type BlockScope = UnregisterInput['scope']

export const unregisterResultSchema = z.object({
  key: z.string(),
  /** `not_found`: it had already left when the order arrived; a block holds all the same. */
  outcome: z.enum(['unregistered', 'not_found']),
  /** It had an MCP session: that has ended, or is refused all it asks for. */
  sessionEnded: z.boolean(),
  /** Unfinished jobs that it was given or had sent. */
  jobsCancelled: z.number().int(),
  /** The block that it met, null without one. */
  blockId: z.string().nullable(),
  /** Unix seconds, null without a block. */
  blockedUntil: z.number().nullable(),
})
export type UnregisterResult = z.infer<typeof unregisterResultSchema>
