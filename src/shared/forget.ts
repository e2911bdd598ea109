/** Forgetting what is kept about a client. */
import { z } from 'zod'

/**
 * What was deleted: entries of the activity log, jobs with what they ran and answered, and the last picture. `refused`
 * says why nothing was.
 */
export const forgetOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('forgotten'),
    entries: z.number().int(),
    jobs: z.number().int(),
    pictures: z.number().int(),
  }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type ForgetOutcome = z.infer<typeof forgetOutcomeSchema>

/**
 * The start that all identities of a program have which Busbar gave (docs/protocol.md, sender): its windows are one
 * program, and what is kept about it is kept under each of their numbers. Null for a uuid that a client chose.
 */
export function programPrefixOf(uuid: string): string | null {
  return /^(llm-.+-[0-9a-f]{6}-)[1-9]\d*$/.exec(uuid)?.[1] ?? null
}

/** Whether what is kept under `uuid` is about the client or the program that `about` is a uuid of. */
export function isAbout(uuid: string, about: string): boolean {
  const prefix = programPrefixOf(about)
  return uuid === about || (prefix !== null && programPrefixOf(uuid) === prefix)
}
