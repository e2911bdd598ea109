import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import type { JsonSchemaType } from '@modelcontextprotocol/sdk/validation/types.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { messageDataSchema, priorityName, type Priority } from '../../../../src/shared/protocol.ts'
import { createBlockList } from '../../../../src/main/access/block-list.ts'
import { blocked } from '../../../../src/main/mcp/http/refusals.ts'
import { jobUpdateTool } from '../../../../src/main/mcp/tools/messaging.ts'
import { registerClientTool } from '../../../../src/main/mcp/tools/registration.ts'
import { busFixture } from '../bus/bus-fixture.ts'
import { fakeCall, fakeSession, openGate } from './fake-session.ts'

/** What the add-on's own tests take for what the server says and takes: here the server is asked. */
const folder = join(import.meta.dirname, '../../../fixtures/wire')
const named = (prefix: string): string[] => readdirSync(folder).filter((name) => name.startsWith(prefix))
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

const deliverySchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  method: z.literal('notifications/message'),
  params: z.strictObject({
    level: z.string(),
    logger: z.literal('_message_bus'),
    data: messageDataSchema.strict(),
  }),
})

describe('the fixtures that the add-on is tested with', () => {
  it('are all looked at here, or in tests/unit/main/access/proof.test.ts', () => {
    const known = [
      'delivery-',
      'job-update-',
      'register-arguments',
      'register-blocked-result',
      'blocked-request',
      'proofs',
    ].flatMap(named)
    expect(known.toSorted()).toStrictEqual(readdirSync(folder).toSorted())
  })

  it.each(named('delivery-'))('%s is a delivery as the server writes one', (name) => {
    const { params } = deliverySchema.parse(read(name))
    expect(params.level).toBe(priorityName(params.data.priority as Priority))
  })

  it.each(named('job-update-'))('%s is taken', async (name) => {
    const { context } = fakeCall(busFixture().bus, fakeSession())
    const answer = await jobUpdateTool.call(read(name), context)
    expect(answer.structuredContent).toMatchObject({ status: 'ok' })
  })

  it.each(named('register-arguments'))('%s registers', async (name) => {
    const { bus } = busFixture()
    const answer = await registerClientTool(
      createBlockList(() => 0),
      openGate,
    ).call(read(name), fakeCall(bus, fakeSession()).context)
    expect(answer.structuredContent).toMatchObject({ status: 'ok', client: { client_type: 'blender' } })
  })

  it('blocked-request.json is the HTTP answer to who is blocked', () => {
    const { error } = read('blocked-request.json') as {
      error: { code: number; message: string; data: object }
    }
    const { status, code, message, data } = blocked({ message: error.message, blockedUntil: null }, 1)
    expect(status).toBe(403)
    expect({ code, message, data }).toStrictEqual(error)
  })

  it('register-blocked-result.json is a refusal', () => {
    const { outputSchema } = registerClientTool(
      createBlockList(() => 0),
      openGate,
    ).description
    const accepts = new AjvJsonSchemaValidator().getValidator(outputSchema as JsonSchemaType)
    expect(accepts(read('register-blocked-result.json'))).toMatchObject({
      valid: true,
      data: { status: 'error', error: 'blocked' },
    })
  })
})
