/** A job as the panel shows it, the feed of jobs, and what a person may do about one. */
import { z } from 'zod'
import { jobStateSchema, routingSchema } from './protocol.ts'

/** A client as a job names it: `name` is what it was called when the job was dispatched, and stays when it leaves. */
const jobPartySchema = z.object({ uuid: z.string(), name: z.string() })

/** A job of one user's bus. A job id is only unique within its bus. */
export const jobRefSchema = z.object({ userId: z.string(), jobId: z.string() })
export type JobRef = z.infer<typeof jobRefSchema>

/** The key of a job in lists: the user, a U+001F, the job id. */
export function jobKey(ref: JobRef): string {
  return `${ref.userId}\u001f${ref.jobId}`
}

/** One job as a row of the list of jobs. Times are Unix seconds. */
export const panelJobSchema = z.object({
  key: z.string(),
  userId: z.string(),
  jobId: z.string(),
  kind: z.enum(['job_dispatch', 'command_dispatch']),
  title: z.string(),
  state: jobStateSchema,
  progress: z.number().nullable(),
  progressMessage: z.string(),
  createdAt: z.number(),
  /** When a peer first said that it runs, null where none did. */
  startedAt: z.number().nullable(),
  /** Null until it ends. */
  endedAt: z.number().nullable(),
  updatedAt: z.number(),
  /** When somebody asked for it to be stopped, null where nobody did. Until it has ended, it is being cancelled. */
  cancelRequestedAt: z.number().nullable(),
  from: jobPartySchema,
  /** At most 20 of `targetCount`. */
  targets: z.array(jobPartySchema),
  targetCount: z.number().int(),
  /** The start of its script or of its parameters, at most 200 characters. */
  preview: z.string(),
  /** The last line of its error, at most 200 characters. */
  problem: z.string(),
})
export type PanelJob = z.infer<typeof panelJobSchema>

/** `jobs.watch`: as `clientsEventSchema`. A job is removed when the bus forgets it. */
export const jobsEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), revision: z.number().int(), jobs: z.array(panelJobSchema) }),
  z.object({
    type: z.literal('patch'),
    from: z.number().int(),
    revision: z.number().int(),
    upsert: z.array(panelJobSchema),
    remove: z.array(z.string()),
  }),
])
export type JobsEvent = z.infer<typeof jobsEventSchema>

/** What a row leaves out. Texts are cut at 100,000 characters; the sizes in characters are of the whole. */
export const jobDetailSchema = z.object({
  /** The payload's JSON, null where it was too large to keep or has made room for others. */
  payload: z.string().nullable(),
  routing: routingSchema.nullable(),
  priority: z.number().int().nullable(),
  result: z.string(),
  resultLength: z.number().int(),
  error: z.string(),
  errorLength: z.number().int(),
})
export type JobDetail = z.infer<typeof jobDetailSchema>

/** Which text of a job is wanted whole: at most 1 MiB, as the bus keeps it. */
export const jobTextInputSchema = jobRefSchema.extend({ part: z.enum(['result', 'error']) })
export type JobTextInput = z.infer<typeof jobTextInputSchema>

/**
 * What came of asking to cancel. `asked`: its peers were told to drop it, and to interrupt it where it runs; it ends when
 * they say so. `withdrawn`: it had not gone out and has ended. `ended`: it had ended before. `nobody`: none of its targets
 * is on the bus.
 */
export const jobCancelOutcomeSchema = z.enum(['asked', 'withdrawn', 'ended', 'nobody', 'not_found'])
export type JobCancelOutcome = z.infer<typeof jobCancelOutcomeSchema>

/** `refused` says why: the payload is not known any more, or nobody is there to run it. */
export const jobRepeatOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('sent'), jobId: z.string(), targetCount: z.number().int() }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type JobRepeatOutcome = z.infer<typeof jobRepeatOutcomeSchema>

/** How the message of a job begins whose script caught every interrupt (docs/protocol.md, jobs). */
const doesNotStopStart = 'Does not stop:'

/** Whether a job was cancelled in vain: its Blender says that it goes on. */
export function doesNotStop({
  state,
  progressMessage,
}: Pick<PanelJob, 'state' | 'progressMessage'>): boolean {
  return state === 'running' && progressMessage.startsWith(doesNotStopStart)
}

/** What a person should know before a Blender is ended whose job does not stop. */
export const endableBlenderSchema = z.object({
  name: z.string(),
  pid: z.number().int(),
  /** What it has open; empty for a file that was never saved. */
  file: z.string(),
  /** Its other jobs that have not ended. */
  otherJobs: z.number().int(),
})
export type EndableBlender = z.infer<typeof endableBlenderSchema>

/** `forced`: it did not end when it was asked to. `refused` says why nothing was ended. */
export const endBlenderOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('ended'), forced: z.boolean() }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type EndBlenderOutcome = z.infer<typeof endBlenderOutcomeSchema>
