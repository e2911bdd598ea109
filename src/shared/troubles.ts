/** Programs that do the same in vain again and again, as the panel names them. */
import { z } from 'zod'

/** A program of one user's bus: its name with its token, whatever session it is in. */
export const programRefSchema = z.object({ userId: z.string(), program: z.string() })
export type ProgramRef = z.infer<typeof programRefSchema>

/** `repeats`: it sends the same failing call. `floods`: it sends more requests than are taken. */
export const troubleSchema = programRefSchema.extend({
  /** What people call it. */
  name: z.string(),
  kind: z.enum(['repeats', 'floods']),
  /** The tool that it calls; empty for one that floods. */
  tool: z.string(),
  /** Failures in a row, or requests that were refused. */
  count: z.number().int(),
  /** Unix seconds. */
  lastAt: z.number(),
})
export type PanelTrouble = z.infer<typeof troubleSchema>
