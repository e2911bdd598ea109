/** How much passes and how long it takes: what the charts show. */
import { z } from 'zod'

/** The last minute by the second, and the last quarter of an hour in steps of 10 seconds. */
export const rateWindowSchema = z.enum(['minute', 'quarter'])
export type RateWindow = z.infer<typeof rateWindowSchema>

/** Seconds of a step, and steps of a window. */
export const rateWindows: Readonly<Record<RateWindow, { stepSeconds: number; steps: number }>> = {
  minute: { stepSeconds: 1, steps: 60 },
  quarter: { stepSeconds: 10, steps: 90 },
}

/** Seconds from the dispatch of a job to its end; null where none ended. Read off a histogram: within 6 %. */
const jobTimesSchema = z.object({ median: z.number().nullable(), p95: z.number().nullable() })

/** Counts of each full step of a window, oldest first; with the end of the last step in Unix seconds. */
export const ratesSchema = z.object({
  end: z.number(),
  /** Messages handed to their targets. */
  messages: z.array(z.number().int()),
  jobsStarted: z.array(z.number().int()),
  /** Jobs that ended, however they ended; and those of them that failed. */
  jobsEnded: z.array(z.number().int()),
  jobsFailed: z.array(z.number().int()),
  jobTimes: z.array(jobTimesSchema),
  /** Of all jobs that ended in the window. */
  overall: jobTimesSchema.extend({ ended: z.number().int() }),
})
export type Rates = z.infer<typeof ratesSchema>
