import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { createBlockList } from '../../../../../src/main/access/block-list.ts'
import type { Dispatcher } from '../../../../../src/main/mcp/dispatch/dispatch.ts'
import { busCatalogue } from '../../../../../src/main/mcp/server/catalogue.ts'
import { createLargeMessages } from '../../../../../src/main/mcp/sessions/large-messages.ts'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { openGate } from '../fake-session.ts'

const unused = () => Promise.reject(new Error('nothing is called here'))
const dispatcher: Dispatcher = { run: unused, job: unused, cancel: unused, useTarget: () => null }
const tools = busCatalogue({
  blocks: createBlockList(() => 0),
  presence: createPresence(() => 0),
  largeMessages: createLargeMessages(() => 0),
  gate: openGate,
  dispatcher,
}).tools.map(({ description }) => description)

const schemas = tools.flatMap(({ name, inputSchema, outputSchema }) => [
  { name: `the arguments of ${name}`, schema: inputSchema },
  ...(outputSchema === undefined ? [] : [{ name: `the answer of ${name}`, schema: outputSchema }]),
])

/** Every schema in a schema, itself first. */
function* parts(schema: unknown): Generator<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null) return
  const part = schema as Record<string, unknown>
  yield part
  for (const inner of Object.values(part['properties'] ?? {})) yield* parts(inner)
  yield* parts(part['items'])
}

describe('the catalogue', () => {
  it('takes less than 16 KiB of the first answer that a session gets', () => {
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })
    expect(Buffer.byteLength(answer)).toBeLessThan(16_384)
  })

  it('has an answer schema for the tools of the bus, and none for those that work in a Blender', () => {
    const withSchema = tools.flatMap(({ name, outputSchema }) => (outputSchema === undefined ? [] : [name]))
    expect(withSchema).toStrictEqual([
      'blender_register_client',
      'blender_unregister_client',
      'blender_send_message',
      'blender_job_update',
      'blender_list_available_clients',
      'blender_receive_messages',
    ])
  })
})

describe.each(schemas)('the schema of $name', ({ schema }) => {
  it('compiles in strict mode without a warning', () => {
    const warned: unknown[] = []
    const warn = (...words: unknown[]) => void warned.push(words)
    const ajv = new Ajv2020({ strict: true, logger: { log: warn, warn, error: warn } })
    ajv.compile(schema)
    expect(warned).toStrictEqual([])
  })

  it('is one object of plain parts, as strict providers take it', () => {
    const all = [...parts(schema)]
    expect(all[0]).toMatchObject({ type: 'object' })
    for (const part of all) {
      expect(Object.keys(part)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(anyOf|oneOf|allOf|not|\$ref|const)$/)]),
      )
      expect(Array.isArray(part['type'])).toBe(false)
    }
  })
})

describe('a refusal', () => {
  it.each(tools.filter(({ outputSchema }) => outputSchema !== undefined))(
    'of $name is an answer that its schema takes, and has no field that it lacks',
    ({ outputSchema }) => {
      const accepts = new Ajv2020().compile(outputSchema ?? {})
      expect(accepts({ status: 'error', error: 'invalid_arguments', message: 'Why' })).toBe(true)
      expect(accepts({ status: 'odd' })).toBe(false)
      expect(Object.keys(outputSchema?.properties ?? {})).toEqual(
        expect.arrayContaining(['status', 'error', 'message']),
      )
    },
  )
})
