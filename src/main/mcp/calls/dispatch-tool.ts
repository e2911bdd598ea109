import type { CallToolResult, ContentBlock, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { clip } from '../../../shared/well-formed.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import { jsonText } from '../../base/raw-json.ts'
import type { CallContext } from './call-context.ts'
import { callOf, createRepeatedFailures, type RepeatedFailures } from './repeated-failures.ts'
import type { SessionRefusal } from './session-refusal.ts'
import { inputSchemaOf, isOptional, faults, runTool, type Tool } from './tool.ts'
import { fitsWire, mostOnWire } from './wire-size.ts'

/** What a dispatch tool answers: an object that becomes one compact JSON text, and pictures beside it. */
export interface DispatchAnswer {
  readonly content: JsonObject
  readonly isError: boolean
  readonly blocks?: readonly ContentBlock[]
}

interface DispatchToolDefinition<Shape extends z.ZodRawShape> {
  name: string
  title: string
  description: string
  input: z.ZodObject<Shape>
  /** The hints that programs decide by, and others where MCP's default is another. */
  annotations: ToolAnnotations
  run: (args: z.infer<z.ZodObject<Shape>>, context: CallContext) => DispatchAnswer | Promise<DispatchAnswer>
}

/**
 * Builds a dispatch tool (docs/protocol.md, dispatch tools). It has no output schema and no `structuredContent`, for
 * several programs drop pictures beside it or show both. It refuses an argument that it does not know, so that a
 * misspelt target never runs somewhere else. For an optional argument, `null` and empty text mean absent.
 */
export function defineDispatchTool<Shape extends z.ZodRawShape>(
  definition: DispatchToolDefinition<Shape>,
): Tool {
  const { name, title, description, annotations, input } = definition
  const known = Object.keys(input.shape)
  const failures = createRepeatedFailures()
  return {
    description: {
      name,
      title,
      description,
      inputSchema: { ...inputSchemaOf(input), additionalProperties: false },
      annotations,
    },
    // No async function: one that waits keeps its arguments as they came, beside what the tool takes of them.
    call(args, context) {
      const given = z.record(z.string(), z.unknown()).safeParse(args ?? {})
      if (!given.success)
        return Promise.resolve(textAnswer(invalidArguments(`${name} takes an object of arguments.`)))
      const finish = finisher({ failures, tool: name, call: callOf(given.data) }, context)
      const refuse = (message: string): Promise<CallToolResult> =>
        Promise.resolve(finish(invalidArguments(message)))
      const unknown = Object.keys(given.data).filter((key) => !known.includes(key))
      if (unknown.length > 0) {
        const each = unknown.slice(0, 8).map((key) => `"${clip(key, 100)}"${suggestion(key, known)}`)
        return refuse(
          `${name} does not take ${each.join(', ')}. Nothing was run. It takes: ${known.join(', ')}.`,
        )
      }
      const present = Object.entries(given.data).filter(
        ([key, value]) => !((value === null || value === '') && isOptional(input.shape, key)),
      )
      const parsed = input.safeParse(Object.fromEntries(present))
      if (!parsed.success) return refuse(`Invalid arguments for ${name}: ${faults(parsed.error)}`)
      return runTool(definition.run, parsed.data, context).then(finish)
    },
    refuse: refuseDispatch,
  }
}

/**
 * A block is an outcome of its own, a pause a refusal before there is a job (docs/protocol.md, dispatch tools). Nothing
 * was sent.
 */
function refuseDispatch({ error, message, blockedUntil }: SessionRefusal): CallToolResult {
  if (error === 'paused') return textAnswer(dispatchRefusal(error, message))
  const outcome = {
    status: 'blocked',
    job_id: '',
    target_uuid: '',
    result: '',
    error: message,
    duration_ms: 0,
    ...(blockedUntil !== null && { blocked_until: blockedUntil }),
  }
  return textAnswer({ content: outcome, isError: true })
}

/** A refusal before there is a job (docs/protocol.md, tools: the form of a domain failure). */
export function dispatchRefusal(error: string, message: string): DispatchAnswer {
  return { content: { status: 'error', error, message }, isError: true }
}

export const invalidArguments = (message: string): DispatchAnswer =>
  dispatchRefusal('invalid_arguments', message)

/**
 * Makes the answer of a call, which says where the same one failed again and again; the bus is told, too. It holds
 * nothing of the arguments.
 */
function finisher(
  { failures: counted, tool, call }: { failures: RepeatedFailures; tool: string; call: string },
  { bus, session }: CallContext,
) {
  return (answer: DispatchAnswer): CallToolResult => {
    const { failures, hint, recovered } = counted.note(session, call, answer.isError)
    if (hint !== null || recovered) bus.noteTrouble(session, { kind: 'repeats', tool, failures })
    if (hint === null) return textAnswer(answer)
    const { message } = answer.content
    const told = typeof message === 'string' && message !== '' ? `${message} ${hint}` : hint
    return textAnswer({ ...answer, content: { ...answer.content, message: told } })
  }
}

function textAnswer(answer: DispatchAnswer): CallToolResult {
  const result = resultOf(answer)
  return fitsWire(result) ? result : resultOf(tooLarge)
}

function resultOf({ content, isError, blocks = [] }: DispatchAnswer): CallToolResult {
  return {
    content: [{ type: 'text', text: jsonText(content) }, ...blocks],
    ...(isError && { isError }),
  }
}

/** The last resort: output and pictures are made to fit before they get here. */
const tooLarge = dispatchRefusal(
  'answer_too_large',
  `The answer is larger than the ${mostOnWire} that an answer may take. The job may have been done: look before you run it again.`,
)

/** The known name that was probably meant: one that contains it or the other way round, else the nearest spelling. */
function suggestion(name: string, known: readonly string[]): string {
  const plain = name.toLowerCase()
  const close = known
    .map((candidate) => ({ candidate, away: distance(plain, candidate) }))
    .filter(({ candidate, away }) => {
      const contains = plain.length > 2 && (candidate.includes(plain) || plain.includes(candidate))
      return contains || away <= Math.max(2, Math.floor(candidate.length / 3))
    })
    .sort((a, b) => a.away - b.away)[0]
  return close === undefined ? '' : ` (did you mean "${close.candidate}"?)`
}
