import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createMcpServerFactory } from '../../../../../src/main/mcp/server/server.ts'
import type { SessionRefusal } from '../../../../../src/main/mcp/calls/session-refusal.ts'
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

/** Each call comes with the way to say that it has begun, and that it was told to stop. */
const endless = (begun: (_: undefined) => void, stopped: (_: undefined) => void) =>
  defineTool({
    name: 'endless',
    title: 'Endless',
    description: 'Waits until it is told to stop',
    input: z.object({}),
    output: z.object({ status: z.literal('stopped') }),
    annotations: {},
    run: (_, { extra: { signal } }) =>
      new Promise((resolve) => {
        begun(undefined)
        signal.addEventListener('abort', () => {
          stopped(undefined)
          resolve({ structured: { status: 'stopped' } })
        })
      }),
  })

async function serverFixture() {
  const { bus } = busFixture()
  const faults: [unknown, string][] = []
  const begun = Promise.withResolvers<undefined>()
  const stopped = Promise.withResolvers<undefined>()
  const refusal: { now: SessionRefusal | null; calls: number } = { now: null, calls: 0 }
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const factory = createMcpServerFactory({
    catalogue: { tools: [broken, endless(begun.resolve, stopped.resolve)], resources: [], prompts: [] },
    info: { name: 'test', version: '1' },
    instructions: 'Read this first.',
    programOf: () => 'llm-test-000000-',
    busOf: () => bus,
    refusal: () => refusal.now,
    onRefused: () => (refusal.calls += 1),
    subscriptions: { add: () => null, remove: () => undefined },
    onFault: (error, method) => faults.push([error, method]),
  })
  const answers: ((message: JSONRPCMessage) => void)[] = []
  ours.onmessage = (message) => answers.shift()?.(message)
  const session = fakeSession({ transport: theirs })
  await factory.connect(session)
  await ours.start()
  const rpc = (method: string, params: object = {}): Promise<JSONRPCMessage> =>
    new Promise((resolve) => {
      answers.push(resolve)
      void ours.send({ jsonrpc: '2.0', id: 1, method, params } as JSONRPCMessage)
    })
  return {
    rpc,
    faults,
    refusal,
    refuseOpenCalls: () => factory.refuseOpenCalls(session),
    begun: begun.promise,
    stopped: stopped.promise,
  }
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

describe('a list', () => {
  it.each([
    ['tools/list', 'tools'],
    ['resources/list', 'resources'],
    ['resources/templates/list', 'resourceTemplates'],
    ['prompts/list', 'prompts'],
  ])('%s has one page, and refuses every cursor', async (method, name) => {
    const { rpc, faults } = await serverFixture()
    const first = await rpc(method)
    expect(first).toMatchObject({ result: { [name]: expect.any(Array) as unknown[] } })
    expect(await rpc(method, { cursor: '' })).toStrictEqual(first)
    for (const cursor of ['2', 'x'.repeat(10_000)]) {
      expect(await rpc(method, { cursor })).toStrictEqual({
        jsonrpc: '2.0',
        id: 1,
        error: {
          code: -32602,
          message: `Invalid cursor for ${method}: the list has one page. Leave the cursor out to read it.`,
        },
      })
    }
    for (const cursor of [2, {}, ['2']]) {
      expect(await rpc(method, { cursor })).toMatchObject({ error: { code: -32602 } })
    }
    expect(faults).toStrictEqual([])
  })
})

describe('a session that is refused', () => {
  const blocked: SessionRefusal = { error: 'blocked', message: 'Not now.', blockedUntil: 1_700_000_900 }
  const content = { status: 'error', error: 'blocked', message: 'Not now.', blocked_until: 1_700_000_900 }
  const refused = {
    jsonrpc: '2.0',
    id: 1,
    result: {
      content: [{ type: 'text', text: JSON.stringify(content) }],
      structuredContent: content,
      isError: true,
    },
  }

  it('reads why as the result of every call, known or not, and as the error of every other request', async () => {
    const { rpc, faults, refusal } = await serverFixture()
    refusal.now = blocked
    expect(await rpc('tools/call', { name: 'broken' })).toStrictEqual(refused)
    expect(await rpc('tools/call', { name: 'unknown' })).toStrictEqual(refused)
    expect(await rpc('tools/call')).toStrictEqual(refused)
    for (const method of ['resources/list', 'prompts/list', 'no/such/method']) {
      expect(await rpc(method)).toStrictEqual({
        jsonrpc: '2.0',
        id: 1,
        error: {
          code: -32000,
          message: 'Not now.',
          data: { error: 'blocked', blocked_until: 1_700_000_900 },
        },
      })
    }
    expect(refusal.calls).toBe(3)
    expect(faults).toStrictEqual([])
  })

  it('still begins, pings and lists the tools', async () => {
    const { rpc, refusal } = await serverFixture()
    refusal.now = blocked
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    }
    expect(await rpc('initialize', params)).toMatchObject({ result: { serverInfo: { name: 'test' } } })
    expect(await rpc('ping')).toStrictEqual({ jsonrpc: '2.0', id: 1, result: {} })
    expect(await rpc('tools/list')).toMatchObject({
      result: { tools: [{ name: 'broken' }, { name: 'endless' }] },
    })
  })

  it('is served again by its next request once that is over', async () => {
    const { rpc, refusal } = await serverFixture()
    refusal.now = blocked
    expect(await rpc('resources/list')).toHaveProperty('error')
    refusal.now = null
    expect(await rpc('resources/list')).toStrictEqual({ jsonrpc: '2.0', id: 1, result: { resources: [] } })
  })

  it('has its open calls answered with why, and they are told to stop', async () => {
    const { rpc, refusal, refuseOpenCalls, begun, stopped } = await serverFixture()
    const answer = rpc('tools/call', { name: 'endless', arguments: {} })
    await begun
    refuseOpenCalls()
    refusal.now = blocked
    refuseOpenCalls()
    expect(await answer).toStrictEqual(refused)
    await stopped
  })
})
