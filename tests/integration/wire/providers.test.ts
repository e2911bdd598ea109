import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FunctionDeclaration, GoogleGenAI, mcpToTool } from '@google/genai'
import { mcpToFunctionTool, tool as openAiTool, type MCPServer } from '@openai/agents-core'
import type { Tool } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type AppFixture, type Plugged } from './app-fixture.ts'

/** What programs make of the tools for their models, by the converters that the providers publish themselves. */

let app: AppFixture
let plugged: Plugged
let tools: Tool[]
beforeAll(async () => {
  app = await startApp()
  plugged = await app.connect('providers', { stream: false })
  tools = (await plugged.client.listTools()).tools
})
afterAll(() => app.stop())

type Schema = Record<string, unknown>

/** Every object in a schema by the way to it, itself as ''. */
function* objectsIn(schema: unknown, way = ''): Generator<[string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return
  const part = schema as Schema
  if (String(part['type']).toLowerCase() === 'object') yield [way, part]
  for (const [name, inner] of Object.entries(part['properties'] ?? {}))
    yield* objectsIn(inner, `${way}.${name}`)
  for (const inner of (part['anyOf'] as unknown[] | undefined) ?? []) yield* objectsIn(inner, way)
  yield* objectsIn(part['items'], `${way}[]`)
}

/** The objects that take fields which the schema does not name. */
const openObjects = (schema: unknown): string[] =>
  [...objectsIn(schema)]
    .filter(([, { additionalProperties }]) => additionalProperties !== false)
    .map(([way]) => way)

describe('OpenAI’s strict form', () => {
  it('is what every tool converts to, with open objects only where a program may say what it likes', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const open: string[] = []
    for (const { name, description, inputSchema } of tools) {
      const { strict, parameters } = openAiTool({
        name,
        description: description ?? '',
        parameters: inputSchema as never,
        strict: true,
        execute: () => '',
      })
      const { type, properties, required } = parameters as {
        type: string
        properties: Record<string, unknown>
        required: string[]
      }
      expect({ name, strict, type, required: [...required].sort() }).toStrictEqual({
        name,
        strict: true,
        type: 'object',
        required: Object.keys(properties).sort(),
      })
      expect(Object.keys(properties)).toStrictEqual(Object.keys(inputSchema.properties ?? {}))
      open.push(...openObjects(parameters).map((way) => name + way))
    }
    // A payload is the sender's own. What says who a client is are fields of plain text.
    expect(open).toStrictEqual(['blender_send_message.payload'])
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('is taken by its Agents SDK for every tool without an open object', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const server = { name: 'busbar' } as unknown as MCPServer
    const loose = tools.filter((each) => {
      const { name, description, inputSchema } = each
      const converted = mcpToFunctionTool({ name, description, inputSchema } as never, server, true)
      return !converted.strict
    })
    // The SDK leaves this one as it is, so that its payload stays what the sender makes it.
    expect(loose.map(({ name }) => name)).toStrictEqual(['blender_send_message'])
    expect(warn).toHaveBeenCalledTimes(1)
    warn.mockRestore()
  })
})

describe('Gemini’s function declarations', () => {
  it('are what every tool is declared by, with its schema as it is', async () => {
    const { functionDeclarations } = await mcpToTool(plugged.client).tool()
    expect(functionDeclarations).toStrictEqual(
      tools.map(({ name, description, inputSchema, outputSchema }) => ({
        name,
        description,
        parametersJsonSchema: inputSchema,
        ...(outputSchema !== undefined && { responseJsonSchema: outputSchema }),
      })),
    )
  })

  it('are what every schema converts to, without a type that Gemini does not know', async () => {
    const declarations = await declaredToGemini(
      tools.map(({ name, description, inputSchema }) => ({
        name,
        description: description ?? '',
        parameters: structuredClone(inputSchema) as never,
      })),
    )
    expect(declarations.map(({ name }) => name)).toStrictEqual(tools.map(({ name }) => name))
    for (const [index, { parameters }] of declarations.entries()) {
      const schema = tools[index]?.inputSchema
      const required = schema?.required
      expect(parameters).toMatchObject({ type: 'OBJECT', ...(required !== undefined && { required }) })
      // Gemini refuses fields of a schema that are not its own (google.ai.generativelanguage.v1beta.Schema).
      for (const [name, part] of Object.entries(parameters?.properties ?? {})) {
        expect([name, unknownFields(part as Schema)]).toStrictEqual([name, []])
      }
      expect(Object.keys(parameters?.properties ?? {})).toStrictEqual(Object.keys(schema?.properties ?? {}))
    }
    const payload = declarations.find(({ name }) => name === 'blender_send_message')?.parameters
      ?.properties?.['payload']
    // An object without named fields: Gemini takes it for an open one.
    expect(payload).toStrictEqual({ type: 'OBJECT', description: 'At most 4 MiB' })
  })
})

const geminiTypes = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT']
const geminiFields = [
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'maxItems',
  'minItems',
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'anyOf',
  'propertyOrdering',
  'default',
  'items',
  'minimum',
  'maximum',
]

/** What in a schema Gemini does not know, and its types that are none. */
function unknownFields(schema: Schema): string[] {
  const own = Object.keys(schema).filter((field) => !geminiFields.includes(field))
  const type = geminiTypes.includes(String(schema['type'])) ? [] : [`type ${String(schema['type'])}`]
  const inner = [
    ...Object.values((schema['properties'] ?? {}) as Record<string, unknown>),
    ...(schema['items'] === undefined ? [] : [schema['items']]),
  ]
  return [...own, ...type, ...inner.flatMap((part) => unknownFields(part as Schema))]
}

/** The declarations as Google's own client sends them: what it is given goes through its conversion. */
async function declaredToGemini(functionDeclarations: FunctionDeclaration[]): Promise<FunctionDeclaration[]> {
  let sent = ''
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => (sent += chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end('{"candidates":[{"content":{"role":"model","parts":[{"text":"Done."}]}}]}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const gemini = new GoogleGenAI({
      apiKey: 'none',
      httpOptions: { baseUrl: `http://127.0.0.1:${String(port)}` },
    })
    await gemini.models.generateContent({
      model: 'gemini-3-pro',
      contents: 'Hello',
      config: { tools: [{ functionDeclarations }] },
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const body = JSON.parse(sent) as { tools: [{ functionDeclarations: FunctionDeclaration[] }] }
  return body.tools[0].functionDeclarations
}
