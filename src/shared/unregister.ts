/** Force-unregistering clients: the order and what came of it. */
import { z } from 'zod'
import { blockSecondsMax, reasonLength } from './blocks.ts'
import { clientRefSchema } from './clients.ts'

/** Most clients that one `unregister` call may name. */
export const unregisterMax = 5000

export const unregisterInputSchema = z.object({
  clients: z.array(clientRefSchema).min(1).max(unregisterMax),
  reason: z.string().max(reasonLength),
  /** Keep this uuid away for so many seconds; null to let it come back at once. */
  blockSeconds: z.number().int().positive().max(blockSecondsMax).nullable(),
})
export type UnregisterInput = z.infer<typeof unregisterInputSchema>

export const unregisterResultSchema = z.object({
  key: z.string(),
  /** `not_found`: it had already left when the order arrived; a block holds all the same. */
  outcome: z.enum(['unregistered', 'not_found']),
  /** Its MCP session was ended (false where it had none). */
  sessionEnded: z.boolean(),
  jobsCancelled: z.number().int(),
  /** Unix seconds, null without a block. */
  blockedUntil: z.number().nullable(),
})
export type UnregisterResult = z.infer<typeof unregisterResultSchema>
