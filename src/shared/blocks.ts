/** Blocks: who is kept away, by what, and until when. */
import { z } from 'zod'
import { bounds, nameSchema } from './protocol.ts'

/** Longest reason a person may give for an unregistration, in characters. */
export const reasonLength = 500

/** Longest block in seconds: one year. A block that never ends would outlive everybody's memory of it. */
export const blockSecondsMax = 365 * 24 * 3600

/**
 * What a block goes by: a client's uuid, the name a program gives at `initialize` (with one token, or with any), an
 * address or a token's id or name.
 */
export const blockKindSchema = z.enum(['client', 'program', 'address', 'token'])
export type BlockKind = z.infer<typeof blockKindSchema>

export const blockSchema = z.object({
  id: z.string(),
  kind: blockKindSchema,
  /** Whose bus it holds on; empty: every bus. A client is always one of one bus, and an address of every bus. */
  userId: z.string(),
  /** The uuid, name, address, or the id or name of the token. */
  subject: z.string(),
  /** For a program: with which token; null: with any, as in every file of 0.1.0. Null for the other kinds. */
  tokenId: z.string().nullable().default(null),
  reason: z.string(),
  /** Unix seconds. */
  createdAt: z.number(),
  /** Unix seconds; null until it is lifted. */
  blockedUntil: z.number().nullable(),
})
export type Block = z.infer<typeof blockSchema>

/** A block with how often it was met since the start of the server or since it was set, whichever is later. */
export const listedBlockSchema = blockSchema.extend({
  refused: z.object({
    /** Calls, registrations and sessions that it refused. */
    count: z.number().int(),
    /** Unix seconds, null before the first. */
    lastAt: z.number().nullable(),
  }),
})
export type ListedBlock = z.infer<typeof listedBlockSchema>

/** As a connection shows it; the zone of an IPv6 address (`%eth0`) belongs to it. */
const addressSchema = z.union([z.ipv4(), z.ipv6(), z.string().regex(/^[0-9a-f:]+%[\w.-]+$/i)])

/** A new block, or other terms for the one there is of the same kind and subject. It ends what is connected now. */
export const blockInputSchema = z
  .object({
    kind: blockKindSchema,
    /** Whose bus: of a client always, of a program or a token where it is to hold on one bus alone. */
    userId: z.string().max(bounds.nameLength).default(''),
    subject: nameSchema,
    /** For a program: only with this token. */
    tokenId: nameSchema.nullable().default(null),
    reason: z.string().max(reasonLength),
    /** Seconds from now; null until it is lifted. */
    blockSeconds: z.number().int().positive().max(blockSecondsMax).nullable(),
  })
  .refine(({ kind, userId }) => kind !== 'client' || userId !== '', 'A client goes with a userId')
  .refine(({ kind, userId }) => kind !== 'address' || userId === '', 'An address goes with no userId')
  .refine(({ kind, tokenId }) => kind === 'program' || tokenId === null, 'tokenId goes with a program alone')
  .refine(({ kind, subject }) => kind !== 'address' || addressSchema.safeParse(subject).success, {
    path: ['subject'],
    message: 'An address is written in digits, as 10.0.0.7 or fe80::1: a name would never match.',
  })
export type BlockInput = z.infer<typeof blockInputSchema>
