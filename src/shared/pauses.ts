/** Programs that a person keeps from calling tools for now, as the panel shows them. */
import { z } from 'zod'

export const pauseSchema = z.object({
  userId: z.string(),
  /** What is the same of all sessions of the program; null for all programs of the bus. */
  program: z.string().nullable(),
  /** What people call it; empty for all. */
  name: z.string(),
  /** Who did it, in words that follow "by". */
  by: z.string(),
  /** Unix seconds. */
  since: z.number(),
})
export type PanelPause = z.infer<typeof pauseSchema>

/** The bus to stop, or to let go on; null for all that the panel shows. */
export const pausedBusSchema = z.object({ userId: z.string().nullable() })

/** How many jobs were told to stop. Those that run end when their Blenders say so. */
export const stopOutcomeSchema = z.object({ jobs: z.number().int() })

export const resumeInputSchema = z.object({ userId: z.string(), program: z.string().nullable() })
