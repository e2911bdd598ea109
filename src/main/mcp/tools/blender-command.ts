import type { ContentBlock, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import {
  bounds,
  hasNoControlCharacters,
  isWhole,
  notWhole,
  type JsonObject,
} from '../../../shared/protocol.ts'
import {
  defineDispatchTool,
  dispatchRefusal,
  invalidArguments,
  type DispatchAnswer,
} from '../calls/dispatch-tool.ts'
import { withMembers } from '../../../shared/json-text.ts'
import { jsonText, RawJson } from '../../base/raw-json.ts'
import type { Tool } from '../calls/tool.ts'
import { mostOnWire, resultBytes } from '../calls/wire-size.ts'
import type { Dispatcher } from '../dispatch/dispatch.ts'
import type { DispatchOutcome } from '../dispatch/outcome.ts'
import { shortened } from './output.ts'

/** A target in any of its forms. */
export const targetSchema = z.string().max(bounds.nameLength)

/** The id of a job, or a caller's own key for one call. */
export const jobIdSchema = z
  .string()
  .min(1)
  .max(bounds.nameLength)
  .refine(hasNoControlCharacters, 'must have no control characters')
  .refine(isWhole, notWhole)

/**
 * Arguments that every tool has which runs a command in a Blender. What they mean is told once, by `blender_use_target` and
 * `blender_get_job`: every session pays for the words of all tools.
 */
const common = {
  target: targetSchema.optional().describe('See blender_use_target'),
  /** The same as `target`. */
  target_uuid: targetSchema.optional(),
  /** Bounds the wait, not the job. */
  timeout_seconds: z.number().min(0.1).max(3600).default(60),
  job_id: jobIdSchema.optional().describe('Idempotency key'),
}

const commonSchema = z.object(common)

const described = {
  description: z
    .string()
    .optional()
    .describe('Always give it: what the code does, for the artist, in a few words'),
}

const describedSchema = z.object(described)

export interface CommandDefinition<Shape extends z.ZodRawShape> {
  /** The command as the peer knows it; the tool is called `blender_<command>`. */
  command: string
  title: string
  description: string
  /** The command's own parameters; those that are left out are not sent. */
  params: Shape
  annotations: ToolAnnotations
  /** The caller may say what it does: that is the title of the job, and not sent as a parameter. */
  isDescribed?: true
}

/** A tool that runs one command in one Blender and answers with its outcome. */
export function commandTool<Shape extends z.ZodRawShape>(
  dispatcher: Dispatcher,
  { command, title, description, params, annotations, isDescribed }: CommandDefinition<Shape>,
): Tool {
  return defineDispatchTool({
    name: `blender_${command}`,
    title,
    description,
    input: z.object({ ...params, ...(isDescribed && described), ...common }),
    annotations,
    run(args: JsonObject, context) {
      const { target, target_uuid, timeout_seconds, job_id } = commonSchema.parse(args)
      const about = isDescribed ? describedSchema.parse(args).description : undefined
      if (target !== undefined && target_uuid !== undefined && target !== target_uuid) {
        return invalidArguments(
          `target ("${target}") and target_uuid ("${target_uuid}") mean the same and differ. Give one. Nothing was run.`,
        )
      }
      const isParam = (key: string): boolean => !(key in common || (isDescribed && key in described))
      const given = Object.entries(args).filter(([key, value]) => isParam(key) && value !== undefined)
      const run = dispatcher.run(
        {
          command,
          params: Object.fromEntries(given),
          ...(about !== undefined && { description: about }),
          target: target ?? target_uuid,
          timeoutMs: timeout_seconds * 1000,
          key: job_id,
        },
        context,
      )
      return run.then((outcome) =>
        'ok' in outcome ? dispatchRefusal(outcome.error, outcome.message) : answerOf(command, outcome),
      )
    },
  })
}

/** Commands whose result is a picture. */
const pictureCommands = new Set(['get_viewport_screenshot', 'render_image'])

const unended = new Set<DispatchOutcome['status']>(['completed', 'running', 'waiting_for_approval'])

/** The answer of the tool that runs a command, also where another call asks for it later. */
export function answerOf(command: string, outcome: DispatchOutcome): DispatchAnswer {
  const picture = pictureCommands.has(command) ? pictureOf(outcome.result) : null
  if (picture !== null) return pictureAnswer(outcome, picture)
  const isCut =
    pictureCommands.has(command) && typeof outcome.result === 'string' && outcome.result.length > 4096
  if (isCut) return noPicture(outcome, '', 'It was cut on the way: it is too large.')
  return { content: { ...shortened(outcome, outcome.job_id) }, isError: !unended.has(outcome.status) }
}

function pictureAnswer(outcome: DispatchOutcome, { facts, block }: PictureParts): DispatchAnswer {
  const { result, error } = shortened({ result: facts, error: outcome.error }, outcome.job_id)
  const content = { ...outcome, result, error }
  const bytes =
    Buffer.byteLength(JSON.stringify(block)) + Buffer.byteLength(JSON.stringify(jsonText(content)))
  if (bytes > resultBytes) {
    return noPicture(outcome, result, `It takes ${String(Math.ceil(bytes / 1024))} KiB.`)
  }
  return { content, isError: !unended.has(outcome.status), blocks: [block] }
}

/** Add-ons make pictures that fit. One that is older, or another program, may not: its picture can't be passed on. */
function noPicture(outcome: DispatchOutcome, result: unknown, why: string): DispatchAnswer {
  const error =
    `The picture is too large for an answer, which takes at most ${mostOnWire}. ${why} Ask for a smaller one: give ` +
    'max_size, or width and height to render. A newer Busbar add-on in that Blender makes it fit by itself.'
  return { content: { ...outcome, status: 'failed', result, error }, isError: true }
}

const pictureSchema = z.looseObject({
  image: z.object({ mime_type: z.string().startsWith('image/'), data: z.base64().min(1) }),
})

interface PictureParts {
  readonly facts: RawJson
  readonly block: ContentBlock
}

/** Moves the picture of a result into an MCP image block; its facts stay, its bytes are not repeated. */
function pictureOf(result: unknown): PictureParts | null {
  const raw = result instanceof RawJson ? result : RawJson.of(result)
  const parsed = pictureSchema.safeParse(raw.value())
  if (!parsed.success) return null
  const { image } = parsed.data
  const bytes = Buffer.byteLength(image.data, 'base64')
  const facts = { image: JSON.stringify({ mime_type: image.mime_type, bytes }) }
  return {
    facts: RawJson.ofText(withMembers(raw.text, { without: ['image'], added: facts })),
    block: { type: 'image', data: image.data, mimeType: image.mime_type },
  }
}
