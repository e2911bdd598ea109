import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import type { Dispatcher } from '../../../../../src/main/mcp/dispatch/dispatch.ts'
import type { DispatchOutcome } from '../../../../../src/main/mcp/dispatch/outcome.ts'
import { instructions } from '../../../../../src/main/mcp/server/instructions.ts'
import { blenderCommandTools } from '../../../../../src/main/mcp/tools/blender-commands.ts'
import { busFixture } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'

/** Calls a tool whose Blender answers with this, and shows what was sent and what came back. */
async function callWith(name: string, args: object, result: unknown) {
  const sent: unknown[] = []
  const dispatcher: Dispatcher = {
    run(request) {
      sent.push(request)
      const outcome: DispatchOutcome = {
        status: 'completed',
        job_id: 'j',
        target_uuid: 'b',
        result,
        error: '',
        duration_ms: 1,
      }
      return Promise.resolve(outcome)
    },
    job: () => Promise.reject(new Error('not asked for')),
    cancel: () => Promise.reject(new Error('not asked for')),
    useTarget: () => null,
  }
  const tool = blenderCommandTools(dispatcher).find(({ description }) => description.name === name)
  const answer = await tool?.call(args, fakeCall(busFixture().bus, fakeSession()).context)
  return { sent, answer }
}

/** The object in the one text block of an answer. */
function objectOf(answer: CallToolResult | undefined): Record<string, unknown> {
  const [block] = answer?.content ?? []
  if (block?.type !== 'text') throw new Error('no text')
  return JSON.parse(block.text) as Record<string, unknown>
}

describe('the instructions', () => {
  it('take less than 200 words', () => {
    expect(instructions.split(/\s+/).length).toBeLessThan(200)
  })
})

describe('a command tool', () => {
  it('sends only what was given', async () => {
    const { sent } = await callWith('blender_render_image', { width: 64, target: 'b', job_id: 'x' }, '')
    expect(sent).toStrictEqual([
      { command: 'render_image', params: { width: 64 }, target: 'b', timeoutMs: 60_000, key: 'x' },
    ])
  })

  it.each([
    ['blender_undo', { steps: 0 }],
    ['blender_open_file', {}],
    ['blender_get_object_info', {}],
    ['blender_get_viewport_screenshot', { max_size: 8 }],
    ['blender_list_objects', { page_size: 501 }],
    ['blender_ping', { job_id: 'a\nb' }],
  ])('%s refuses %j', async (name, args) => {
    const { sent, answer } = await callWith(name, args, '')
    expect(objectOf(answer)).toMatchObject({ status: 'error', error: 'invalid_arguments' })
    expect(objectOf(answer).message).toMatch(`Invalid arguments for ${name}: `)
    expect(answer).toStrictEqual({ content: answer?.content, isError: true })
    expect(sent).toStrictEqual([])
  })

  it.each([
    ['target_uid', 'target_uuid'],
    ['uuid', 'target_uuid'],
    ['timeout', 'timeout_seconds'],
    ['Code', 'code'],
    ['scirpt', null],
  ])('refuses the argument %s and suggests %s', async (wrong, right) => {
    const { sent, answer } = await callWith('blender_execute_code', { code: 'x', [wrong]: 'b' }, '')
    const hint = right === null ? '' : ` (did you mean "${right}"?)`
    expect(objectOf(answer)).toStrictEqual({
      status: 'error',
      error: 'invalid_arguments',
      message:
        `blender_execute_code does not take "${wrong}"${hint}. Nothing was run. ` +
        'It takes: code, description, target, target_uuid, timeout_seconds, job_id.',
    })
    expect(sent).toStrictEqual([])
  })

  it('takes target_uuid as target, and null or empty text as absent', async () => {
    const target = async (args: object) => {
      const { sent } = await callWith('blender_execute_code', { code: 'x', ...args }, '')
      return sent
    }
    const sentTo = (to: string | undefined) => [
      { command: 'execute_code', params: { code: 'x' }, target: to, timeoutMs: 60_000, key: undefined },
    ]
    expect(await target({ target_uuid: 'b' })).toStrictEqual(sentTo('b'))
    expect(await target({ target: 'b', target_uuid: 'b' })).toStrictEqual(sentTo('b'))
    expect(await target({ target: null, target_uuid: '', timeout_seconds: null, job_id: '' })).toStrictEqual(
      sentTo(undefined),
    )
  })

  it('takes what the code does apart from its parameters, and no text as none', async () => {
    const sentWith = async (description: string) =>
      (await callWith('blender_execute_code', { code: 'x', description }, '')).sent
    const sent = {
      command: 'execute_code',
      params: { code: 'x' },
      target: undefined,
      timeoutMs: 60_000,
      key: undefined,
    }
    expect(await sentWith('Move the cube')).toStrictEqual([{ ...sent, description: 'Move the cube' }])
    expect(await sentWith('')).toStrictEqual([sent])
  })

  it('refuses two targets that differ', async () => {
    const { sent, answer } = await callWith('blender_ping', { target: 'a', target_uuid: 'b' }, '')
    expect(objectOf(answer)).toStrictEqual({
      status: 'error',
      error: 'invalid_arguments',
      message: 'target ("a") and target_uuid ("b") mean the same and differ. Give one. Nothing was run.',
    })
    expect(sent).toStrictEqual([])
  })
})

describe('a picture', () => {
  const result = { image: { mime_type: 'image/png', data: 'iVBORw==' }, width: 2, height: 1, note: '' }

  it('is an image block, and its bytes are in no JSON', async () => {
    const { answer } = await callWith('blender_get_viewport_screenshot', {}, result)
    const structured = {
      status: 'completed',
      job_id: 'j',
      target_uuid: 'b',
      result: { width: 2, height: 1, note: '', image: { mime_type: 'image/png', bytes: 4 } },
      error: '',
      duration_ms: 1,
    }
    expect(answer).toStrictEqual({
      content: [
        { type: 'text', text: JSON.stringify(structured) },
        { type: 'image', data: 'iVBORw==', mimeType: 'image/png' },
      ],
    })
  })

  it.each([
    { image: { mime_type: 'text/html', data: 'iVBORw==' } },
    { image: { mime_type: 'image/png', data: 'not base64!' } },
    { image: { mime_type: 'image/png', data: '' } },
    'no picture',
  ])('that is none stays as it came: %j', async (other) => {
    const { answer } = await callWith('blender_render_image', {}, other)
    expect(answer?.content).toHaveLength(1)
    expect(objectOf(answer)).toMatchObject({ result: other })
  })
})
