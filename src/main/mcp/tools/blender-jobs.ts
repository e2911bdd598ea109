import { z } from 'zod'
import { defineDispatchTool, dispatchRefusal, type DispatchAnswer } from '../calls/dispatch-tool.ts'
import type { Tool } from '../calls/tool.ts'
import type { Dispatcher, FoundJob } from '../dispatch/dispatch.ts'
import type { DispatchRefusal } from '../dispatch/outcome.ts'
import { answerOf, jobIdSchema } from './blender-command.ts'

/** `blender_get_job`: what a call that was answered with `running` would have answered in the end. */
export function getJobTool(dispatcher: Dispatcher): Tool {
  return defineDispatchTool({
    name: 'blender_get_job',
    title: 'Look at a job',
    description:
      'Answers as the tool that started the job would: with its result, or with how far it is. For the status ' +
      '"running" or "waiting_for_approval", and after a "timeout": timeout_seconds bounds the wait, not the job.',
    input: z.object({
      job_id: jobIdSchema.describe('From the answer'),
      wait_seconds: z.number().min(0).max(40).default(0),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    run: async ({ job_id, wait_seconds }, context) =>
      answerTo(await dispatcher.job(job_id, wait_seconds * 1000, context)),
  })
}

/** `blender_cancel_job`: for the job's sender alone. */
export function cancelJobTool(dispatcher: Dispatcher): Tool {
  return defineDispatchTool({
    name: 'blender_cancel_job',
    title: 'Cancel a job',
    description:
      'Stops a job that you started: one that waits is withdrawn, a script that runs is interrupted. Answers with what ' +
      'became of it: what cannot be interrupted goes on.',
    input: z.object({ job_id: jobIdSchema.describe('From the answer') }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    run: async ({ job_id }, context) => {
      const found = await dispatcher.cancel(job_id, context)
      const answer = answerTo(found)
      // Ending as cancelled is what was asked for.
      return 'outcome' in found && found.outcome.status === 'cancelled'
        ? { ...answer, isError: false }
        : answer
    },
  })
}

function answerTo(found: FoundJob | DispatchRefusal): DispatchAnswer {
  return found.ok ? answerOf(found.command, found.outcome) : dispatchRefusal(found.error, found.message)
}
