import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createMcpServerFactory } from '../../../../../src/main/mcp/server/server.ts'
import { defineTool } from '../../../../../src/main/mcp/calls/tool.ts'
import { busFixture } from '../../bus/bus-fixture.ts'
import { fakeSession } from '../fake-session.ts'

const broken = defineTool({
  name: 'broken',
  title: 'Broken',
  description: 'Fails by a bug',
  input: z.object({ a: z.number(), b: z.number() }),
  output: z.object({ status: z.literal('ok') }),
  annotations: {},
  run() {
    throw new TypeError('a secret of the inside')
  },
})

async function serverFixture() {
  const { bus } = busFixture()
  const faults: [unknown, string][] = []
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const factory = createMcpServerFactory({
    catalogue: { tools: [broken], resources: [], prompts: [] },
    info: { name: 'test', version: '1' },
    instructions: 'Read this first.',
    programOf: () => 'llm-test-000000-',
    busOf: () => bus,
    subscriptions: { add: () => null, remove: () => undefined },
    onFault: (error, method) => faults.push([error, method]),
  })
  const answers: ((message: JSONRPCMessage) => void)[] = []
  ours.onmessage = (message) => answers.shift()?.(message)
  await factory.connect(fakeSession({ transport: theirs }))
  await ours.start()
  const rpc = (method: string, params: object = {}): Promise<JSONRPCMessage> =>
    new Promise((resolve) => {
      answers.push(resolve)
      void ours.send({ jsonrpc: '2.0', id: 1, method, params } as JSONRPCMessage)
    })
  return { rpc, faults }
}

describe('the server of a session', () => {
  it('introduces itself with its capabilities and instructions', async () => {
    const { rpc } = await serverFixture()
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    }
    expect(await rpc('initialize', params)).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        protocolVersion: '2025-11-25',
        capabilities: {
          tools: {},
          resources: { subscribe: true },
          prompts: {},
          logging: {},
          completions: {},
        },
        serverInfo: { name: 'test', version: '1' },
        instructions: 'Read this first.',
      },
    })
  })

  it('answers a bug of its own with an internal error that tells nothing, and reports it', async () => {
    const { rpc, faults } = await serverFixture()
    expect(await rpc('tools/call', { name: 'broken', arguments: { a: 1, b: 2 } })).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32603,
        message: 'Internal error. It was logged; try again or restart Busbar.',
      },
    })
    expect(faults).toStrictEqual([[new TypeError('a secret of the inside'), 'tools/call']])
  })

  it('does not report the mistakes of a client', async () => {
    const { rpc, faults } = await serverFixture()
    const message =
      'Invalid arguments for broken: a: Invalid input: expected number, received string; ' +
      'b: Invalid input: expected number, received undefined'
    const refusal = { status: 'error', error: 'invalid_arguments', message }
    expect(await rpc('tools/call', { name: 'broken', arguments: { a: 'x' } })).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: JSON.stringify(refusal) }],
        structuredContent: refusal,
        isError: true,
      },
    })
    // None at all, and null, are no arguments; a text is a wrong one.
    for (const args of [{}, { arguments: null }, { arguments: 'none' }]) {
      expect(await rpc('tools/call', { name: 'broken', ...args })).toMatchObject({
        result: { isError: true, structuredContent: { error: 'invalid_arguments' } },
      })
    }
    expect(await rpc('no/such/method')).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32601, message: 'Method not found: no/such/method' },
    })
    expect(await rpc('toString')).toMatchObject({ error: { code: -32601 } })
    expect(faults).toStrictEqual([])
  })
})
