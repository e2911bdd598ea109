/** Tokens as a person sees and makes them. */
import { z } from 'zod'

/** What a token opens: `bus` to speak as a client, `llm` to drive Blenders, `panel` to see its user's bus in a panel. */
export const tokenScopeSchema = z.enum(['bus', 'llm', 'panel'])
export type TokenScope = z.infer<typeof tokenScopeSchema>

/** Names that stand in logs, file names and lists: no spaces, no control characters. */
const plainNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
    'takes 1 to 64 letters, digits and ._@-, the first a letter or digit',
  )

/** A token as a person sees it: never itself. Times are Unix seconds. */
export const tokenInfoSchema = z.object({
  id: z.string().min(1).max(64),
  name: plainNameSchema,
  /** Whose bus it opens. */
  userId: plainNameSchema,
  scopes: z.array(tokenScopeSchema).min(1),
  createdAt: z.number(),
  /** Null for a token that holds until it is revoked. */
  expiresAt: z.number().nullable(),
  /** Null where it was not used since the server started. */
  lastUsedAt: z.number().nullable(),
})
export type TokenInfo = z.infer<typeof tokenInfoSchema>

export const tokenInputSchema = z.object({
  name: plainNameSchema,
  userId: plainNameSchema.default('local'),
  scopes: z.array(tokenScopeSchema).min(1).max(3).default(['bus', 'llm']),
  expiresInSeconds: z
    .number()
    .int()
    .positive()
    .max(10 * 365 * 24 * 3600)
    .nullable()
    .default(null),
})
export type TokenInput = z.input<typeof tokenInputSchema>

export const tokenCreationSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), token: z.string(), info: tokenInfoSchema }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type TokenCreation = z.infer<typeof tokenCreationSchema>
