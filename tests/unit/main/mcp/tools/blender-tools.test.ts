import { describe, expect, it } from 'vitest'
import type { DispatchOutcome, Dispatcher } from '../../../../../src/main/mcp/dispatch/dispatch.ts'
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
    useTarget: () => null,
  }
  const tool = blenderCommandTools(dispatcher).find(({ description }) => description.name === name)
  const answer = await tool?.call(args, fakeCall(busFixture().bus, fakeSession()).context)
  return { sent, answer }
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
      { command: 'render_image', params: { width: 64 }, target: 'b', timeoutMs: 60_000, jobId: 'x' },
    ])
  })

  it.each([
    ['blender_undo', { steps: 0 }],
    ['blender_save_file', { path: '' }],
    ['blender_open_file', {}],
    ['blender_get_object_info', {}],
    ['blender_get_viewport_screenshot', { max_size: 8 }],
    ['blender_list_objects', { page_size: 501 }],
    ['blender_ping', { job_id: 'a\nb' }],
  ])('%s refuses %j', async (name, args) => {
    await expect(callWith(name, args, '')).rejects.toThrow(`Invalid arguments for ${name}`)
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
      structuredContent: structured,
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
    expect(answer?.structuredContent).toMatchObject({ result: other })
  })
})
