/**
 * The tools that the official suite calls, as its scenarios describe them. They exist in the tests only; the
 * server under test is otherwise the product's own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CallToolResult,
  CreateMessageResultSchema,
  ElicitResultSchema,
  type Tool as ToolDescription,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { CallContext } from '../../src/main/mcp/calls/call-context.ts'
import { refuseCall, type Tool } from '../../src/main/mcp/calls/tool.ts'
import { pixelPng, silentWav } from './fixture-media.ts'

type Extra = CallContext['extra']

const noArguments: ToolDescription['inputSchema'] = { type: 'object', properties: {} }

function tool(
  name: string,
  description: string,
  run: (args: unknown, extra: Extra) => CallToolResult | Promise<CallToolResult>,
  inputSchema: ToolDescription['inputSchema'] = noArguments,
): Tool {
  return {
    description: { name, description, inputSchema },
    call: async (args, context) => run(args, context.extra),
    refuse: refuseCall,
  }
}

function text(value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] }
}

function log(extra: Extra, data: string): Promise<void> {
  return extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
}

async function elicit(
  extra: Extra,
  message: string,
  properties: object,
  required: string[],
): Promise<string> {
  const answer = await extra.sendRequest(
    {
      method: 'elicitation/create',
      params: {
        message,
        requestedSchema: { type: 'object', properties: properties as Record<string, never>, required },
      },
    },
    ElicitResultSchema,
  )
  return `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`
}

const oneText = (name: string): ToolDescription['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
})

export const fixtureTools: readonly Tool[] = [
  tool('test_simple_text', 'Answers with text', () => text('This is a simple text response for testing.')),
  tool('test_image_content', 'Answers with an image', () => ({
    content: [{ type: 'image', data: pixelPng, mimeType: 'image/png' }],
  })),
  tool('test_audio_content', 'Answers with a sound', () => ({
    content: [{ type: 'audio', data: silentWav, mimeType: 'audio/wav' }],
  })),
  tool('test_embedded_resource', 'Answers with a resource', () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  })),
  tool('test_multiple_content_types', 'Answers with text, an image and a resource', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: pixelPng, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  })),
  tool('test_tool_with_logging', 'Logs three messages while it runs', async (_, extra) => {
    await log(extra, 'Tool execution started')
    await delay(50)
    await log(extra, 'Tool processing data')
    await delay(50)
    await log(extra, 'Tool execution completed')
    return text('Logged three messages.')
  }),
  tool('test_error_handling', 'Fails always', () => ({
    ...text('This tool intentionally returns an error for testing'),
    isError: true,
  })),
  tool('test_tool_with_progress', 'Reports progress three times', async (_, extra) => {
    const progressToken = extra._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progress > 0) await delay(50)
      if (progressToken === undefined) continue
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 100 },
      })
    }
    return text('Reported progress.')
  }),
  tool(
    'test_sampling',
    "Asks the client's model",
    async (args, extra) => {
      const { prompt } = z.object({ prompt: z.string() }).parse(args)
      const answer = await extra.sendRequest(
        {
          method: 'sampling/createMessage',
          params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
        },
        CreateMessageResultSchema,
      )
      return text(
        `LLM response: ${answer.content.type === 'text' ? answer.content.text : answer.content.type}`,
      )
    },
    oneText('prompt'),
  ),
  tool(
    'test_elicitation',
    'Asks the person at the client',
    async (args, extra) => {
      const { message } = z.object({ message: z.string() }).parse(args)
      const properties = {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      }
      return text(`User response: ${await elicit(extra, message, properties, ['username', 'email'])}`)
    },
    oneText('message'),
  ),
  tool('test_elicitation_sep1034_defaults', 'Asks with default values', async (_, extra) => {
    const properties = {
      name: { type: 'string', description: 'Name', default: 'John Doe' },
      age: { type: 'integer', description: 'Age', default: 30 },
      score: { type: 'number', description: 'Score', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', description: 'Verified', default: true },
    }
    return text(`Elicitation completed: ${await elicit(extra, 'Please check the defaults', properties, [])}`)
  }),
  tool('test_elicitation_sep1330_enums', 'Asks with every kind of choice', async (_, extra) => {
    const titled = [
      { const: 'value1', title: 'First Option' },
      { const: 'value2', title: 'Second Option' },
      { const: 'value3', title: 'Third Option' },
    ]
    const properties = {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: titled },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: { type: 'array', items: { anyOf: titled } },
    }
    return text(`Elicitation completed: ${await elicit(extra, 'Please choose', properties, [])}`)
  }),
  tool('test_reconnection', 'Sends its client away and answers when it is back', async (_, extra) => {
    extra.closeSSEStream?.()
    await delay(100)
    return text('Reconnection test completed successfully.')
  }),
  tool('json_schema_2020_12_tool', 'Tool with JSON Schema 2020-12 features', () => text('ok'), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
    },
    properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
    additionalProperties: false,
  }),
]
