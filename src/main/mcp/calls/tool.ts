import type {
  CallToolResult,
  Tool as ToolDescription,
  ToolAnnotations,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { JsonObject } from '../../../shared/protocol.ts'
import { jsonText } from '../../base/raw-json.ts'
import type { CallContext } from './call-context.ts'
import type { SessionRefusal } from './session-refusal.ts'
import { fitsWire, mostOnWire } from './wire-size.ts'

/** What a tool of the bus answers: the object that becomes `structuredContent` and the text block. */
export interface ToolAnswer {
  structured: JsonObject
  isError?: boolean
  /** True for an answer to a client that takes messages of any size: it may be larger than others. */
  anySize?: boolean
  /** True for one that was made to fit: it is not measured again. */
  fits?: boolean
}

/** A tool as the catalogue holds it: its description for `tools/list`, and a call that checks its own arguments. */
export interface Tool {
  readonly description: ToolDescription
  /**
   * Wrong arguments are an answer too: `invalid_arguments`. While it waits it keeps what it needs and not its arguments:
   * those may be megabytes. So nothing on this way is an async function, whose frame keeps them.
   */
  call(args: unknown, context: CallContext): Promise<CallToolResult>
  /** What it answers to a session for which nothing is done now, whatever the arguments. */
  refuse(refusal: SessionRefusal): CallToolResult
}

interface ToolDefinition<Input extends z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  output: z.ZodObject
  /** The hints that programs decide by, and others where MCP's default is another. */
  annotations: ToolAnnotations
  run: (args: z.infer<Input>, context: CallContext) => ToolAnswer | Promise<ToolAnswer>
}

/**
 * The shape of everything that a bus tool answers, refusals included: several programs check a refusal too, and then
 * show an error of their own in its place. It is one object with optional fields, since unions are beyond many of them.
 */
export function answerSchema(
  fields: Readonly<Record<string, z.ZodType>>,
  statuses: readonly [string, ...string[]] = ['ok'],
): z.ZodObject {
  const optional = Object.entries(fields).map(([name, field]) => [name, field.optional()] as const)
  return z.object({
    status: z.enum([...statuses, 'error']),
    ...Object.fromEntries(optional),
    error: z.string().optional(),
    message: z.string().optional(),
    // Unix seconds, with `blocked` alone. Its type would not fit into the 16 KiB of `tools/list`.
    blocked_until: z.unknown().optional(),
  })
}

/** An object of an answer whose keys docs/protocol.md names; said in full, they would be half of `tools/list`. */
export const someObject = (description?: string): z.ZodType =>
  z.custom<JsonObject>().meta({ type: 'object', ...(description !== undefined && { description }) })

/** A list of such. */
export const someObjects = (): z.ZodType => z.array(someObject())

/**
 * Builds a tool of the bus. The JSON schemas are made once, here. Arguments that it does not know are ignored, `null` for
 * an optional one means absent, a boolean may come as text, and a wrong one is named in an `invalid_arguments` answer.
 */
export function defineTool<Input extends z.ZodObject>(definition: ToolDefinition<Input>): Tool {
  const { name, title, description, annotations } = definition
  return {
    description: {
      name,
      title,
      description,
      inputSchema: inputSchemaOf(definition.input),
      outputSchema: outputSchemaOf(definition.output),
      annotations,
    },
    // No async function: one that waits keeps its arguments, also those that the tool does not take.
    call(args, context) {
      const parsed = definition.input.safeParse(asMeant(args ?? {}, definition.input.shape))
      if (!parsed.success) {
        const message = `Invalid arguments for ${name}: ${faults(parsed.error)}`
        return Promise.resolve(resultOf(failure({ error: 'invalid_arguments', message })))
      }
      return runTool(definition.run, parsed.data, context).then((answer) => {
        const result = resultOf(answer)
        return answer.anySize === true || answer.fits === true || fitsWire(result)
          ? result
          : resultOf(tooLarge(name))
      })
    },
    refuse: refuseCall,
  }
}

/** The answer of a tool to a session for which nothing is done now; that of a tool which does not exist, too. */
export function refuseCall(refusal: SessionRefusal): CallToolResult {
  const { blockedUntil } = refusal
  return resultOf(failure(refusal, blockedUntil === null ? {} : { blocked_until: blockedUntil }))
}

function resultOf({ structured, isError }: ToolAnswer): CallToolResult {
  return {
    content: [{ type: 'text', text: jsonText(structured) }],
    structuredContent: structured,
    ...(isError === true && { isError }),
  }
}

/** The last resort: a tool whose answers can grow shortens them itself. */
const tooLarge = (name: string): ToolAnswer =>
  failure({
    error: 'answer_too_large',
    message: `The answer of ${name} is larger than the ${mostOnWire} that an answer may take. What was asked for was done.`,
  })

/** Without `null` for what may be left out, and with booleans for the texts that older programs send: `"true"`, `"False"`. */
function asMeant(args: unknown, shape: z.ZodRawShape): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args
  return Object.fromEntries(
    Object.entries(args)
      .filter(([key, value]) => !(value === null && isOptional(shape, key)))
      .map(([key, value]) => [key, isBoolean(shape, key) ? asBoolean(value) : value]),
  )
}

function asBoolean(value: unknown): unknown {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return word === 'true' || (word === 'false' ? false : value)
}

function isBoolean(shape: z.ZodRawShape, key: string): boolean {
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
  return schema !== undefined && z.safeParse(schema, true).success && !z.safeParse(schema, 'true').success
}

/** Whether an argument may be left out. */
export function isOptional(shape: z.ZodRawShape, key: string): boolean {
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
  return schema !== undefined && z.safeParse(schema, undefined).success
}

/**
 * Runs a tool with the arguments that it takes. While it waits, the call keeps nothing of its request: what the tool
 * itself keeps, such as the question to a person, it charges on its own.
 */
export function runTool<Args extends object, Answer>(
  run: (args: Args, context: CallContext) => Answer | Promise<Answer>,
  args: Args,
  context: CallContext,
): Promise<Answer> {
  const answer = new Promise<Answer>((resolve) => resolve(run(args, context)))
  context.session.letGoOfBody(context.extra.requestId)
  return answer
}

/** The answer for a refusal: its code and its message. */
export function failure(
  refusal: { readonly error: string; readonly message: string },
  more: JsonObject = {},
): ToolAnswer {
  return {
    structured: { status: 'error', error: refusal.error, message: refusal.message, ...more },
    isError: true,
  }
}

/** Open to fields that a later version adds. */
function outputSchemaOf(output: z.ZodObject): ToolDescription['inputSchema'] {
  const { additionalProperties: _, ...schema } = objectSchema(output, 'output')
  return schema
}

/** The JSON schema of a tool's arguments. */
export const inputSchemaOf = (input: z.ZodObject): ToolDescription['inputSchema'] =>
  objectSchema(input, 'input')

/**
 * A root object schema, as MCP asks of tool schemas. What a JSON schema can't say is said by the `meta` of its part.
 * Bounds of lengths are checked and not listed: strict providers refuse some of them, and every prompt would pay for each.
 */
function objectSchema(schema: z.ZodType, io: 'input' | 'output'): ToolDescription['inputSchema'] {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      delete jsonSchema.minLength
      delete jsonSchema.maxLength
      delete jsonSchema.maxItems
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return { ...json, type: 'object' } as ToolDescription['inputSchema']
}

/** The first faults of wrong arguments, each with its place. */
export function faults(error: z.ZodError): string {
  return error.issues
    .slice(0, 8)
    .map(({ path, message }) => `${path.map(String).join('.').slice(0, 100) || 'arguments'}: ${message}`)
    .join('; ')
}
