import { z } from 'zod'
import { bounds, hasNoControlCharacters, type JsonObject } from '../../../shared/protocol.ts'
import type { DispatchOutcome, Dispatcher } from '../dispatch/dispatch.ts'
import { defineTool, type Tool, type ToolAnswer } from '../calls/tool.ts'
import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'

/** A target in any of its forms. */
export const targetSchema = z.string().max(bounds.nameLength)

/** Arguments that every tool has which runs a command in a Blender. */
const common = {
  target: targetSchema
    .optional()
    .describe(
      'Which Blender: a uuid, "latest", "pid:<n>", or for work that any of several can do "group:<id>", "any" or ' +
        '"any:<capability>" (the least busy one). Left out: the only one that is open, or your blender_use_target',
    ),
  timeout_seconds: z.number().min(0.1).max(3600).default(60).describe('How long to wait for the result'),
  job_id: z
    .string()
    .min(1)
    .max(bounds.nameLength)
    .refine(hasNoControlCharacters, 'must have no control characters')
    .optional()
    .describe(
      'An id of your own for this call. Repeating the same call with it after a lost connection returns the ' +
        'answer and does not run it twice',
    ),
}

const commonSchema = z.object(common)

const outcomeSchema = z.object({
  status: z.enum(['completed', 'failed', 'timeout', 'cancelled', 'no_target', 'ambiguous_target']),
  job_id: z.string().describe('Read blender://jobs/{job_id} for what became of it later'),
  target_uuid: z.string().describe('The Blender it went to'),
  result: z.unknown().describe('What the Blender answered; empty text where there was nothing'),
  error: z.string(),
  duration_ms: z.number().int(),
})

export interface CommandDefinition<Shape extends z.ZodRawShape> {
  /** The command as the peer knows it; the tool is called `blender_<command>`. */
  command: string
  title: string
  description: string
  /** The command's own parameters; those that are left out are not sent. */
  params: Shape
  annotations: ToolAnnotations
  answer?: (outcome: DispatchOutcome) => ToolAnswer
}

/** A tool that runs one command in one Blender and answers with its outcome. */
export function commandTool<Shape extends z.ZodRawShape>(
  dispatcher: Dispatcher,
  { command, title, description, params, annotations, answer = outcomeAnswer }: CommandDefinition<Shape>,
): Tool {
  return defineTool({
    name: `blender_${command}`,
    title,
    description,
    input: z.object({ ...params, ...common }),
    output: outcomeSchema,
    annotations,
    async run(args: JsonObject, context) {
      const { target, timeout_seconds, job_id } = commonSchema.parse(args)
      const given = Object.entries(args).filter(([key, value]) => !(key in common) && value !== undefined)
      const outcome = await dispatcher.run(
        {
          command,
          params: Object.fromEntries(given),
          target,
          timeoutMs: timeout_seconds * 1000,
          jobId: job_id,
        },
        context,
      )
      return answer(outcome)
    },
  })
}

function outcomeAnswer(outcome: DispatchOutcome): ToolAnswer {
  return { structured: { ...outcome } satisfies JsonObject, isError: outcome.status !== 'completed' }
}

const pictureSchema = z.looseObject({
  image: z.object({ mime_type: z.string().startsWith('image/'), data: z.base64().min(1) }),
})

/** Moves the picture of a result into an MCP image block; its facts stay, its bytes are not repeated. */
export function pictureAnswer(outcome: DispatchOutcome): ToolAnswer {
  const parsed = pictureSchema.safeParse(outcome.result)
  if (!parsed.success) return outcomeAnswer(outcome)
  const { image, ...facts } = parsed.data
  const bytes = Buffer.byteLength(image.data, 'base64')
  return {
    ...outcomeAnswer({ ...outcome, result: { ...facts, image: { mime_type: image.mime_type, bytes } } }),
    blocks: [{ type: 'image', data: image.data, mimeType: image.mime_type }],
  }
}
