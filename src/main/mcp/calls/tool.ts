import {
  type CallToolResult,
  type ContentBlock,
  type Tool as ToolDescription,
  type ToolAnnotations,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { JsonObject } from '../../../shared/protocol.ts'
import type { CallContext } from './call-context.ts'
import { invalidParams } from './rpc-error.ts'

/** What a tool answers: the object that becomes `structuredContent` and the text block, and blocks besides. */
export interface ToolAnswer {
  structured: JsonObject
  isError?: boolean
  /** Blocks after the text block, images for instance. */
  blocks?: ContentBlock[]
}

/** A tool as the catalogue holds it: its description for `tools/list`, and a call that checks its own arguments. */
export interface Tool {
  readonly description: ToolDescription
  /** Throws an `RpcError` of invalid params for malformed arguments. */
  call(args: unknown, context: CallContext): Promise<CallToolResult>
}

interface ToolDefinition<Input extends z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  /** One shape for each `status` the tool may answer; the error shape is added where `fails` is true. */
  output: z.ZodType<JsonObject>
  annotations: ToolAnnotations
  run(args: z.infer<Input>, context: CallContext): ToolAnswer | Promise<ToolAnswer>
}

/** The shape of every domain failure. `blocked_until` only comes with `blocked`. */
export const failureSchema = z.object({
  status: z.literal('error'),
  error: z.string().describe('Literal code of the failure'),
  message: z.string().describe('What happened and what to do next'),
  blocked_until: z.number().optional().describe('Unix seconds; only with error "blocked"'),
})

/**
 * Builds a tool. The JSON schemas are made once, here; unknown extra arguments are dropped by the input's
 * object schema, and a wrong type is the protocol's invalid-params error with the path of each fault.
 */
export function defineTool<Input extends z.ZodObject>(definition: ToolDefinition<Input>): Tool {
  const { name, title, description, annotations } = definition
  return {
    description: {
      name,
      title,
      description,
      inputSchema: inputSchemaOf(definition.input),
      outputSchema: objectSchema(definition.output, 'output'),
      annotations: { title, ...annotations },
    },
    async call(args, context) {
      const parsed = definition.input.safeParse(args ?? {})
      if (!parsed.success) {
        throw invalidParams(`Invalid arguments for ${name}: ${faults(parsed.error)}`)
      }
      const answer = await definition.run(parsed.data, context)
      return {
        content: [{ type: 'text', text: JSON.stringify(answer.structured) }, ...(answer.blocks ?? [])],
        structuredContent: answer.structured,
        ...(answer.isError === true && { isError: true }),
      }
    },
  }
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

/** The JSON schema of a tool's arguments. */
export const inputSchemaOf = (input: z.ZodObject): ToolDescription['inputSchema'] =>
  objectSchema(input, 'input')

/**
 * A root object schema, as MCP asks of tool schemas, even where the shape is a union. What a JSON schema can't say is
 * said by the `meta` of its part.
 */
function objectSchema(schema: z.ZodType, io: 'input' | 'output'): ToolDescription['inputSchema'] {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return { ...json, type: 'object' } as ToolDescription['inputSchema']
}

/** The first faults of wrong arguments, each with its place. */
export function faults(error: z.ZodError): string {
  return error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.map(String).join('.') || 'arguments'}: ${issue.message}`)
    .join('; ')
}
