import { expect, it } from 'vitest'
import { codeOf, toolCallOf } from '../../../../../src/renderer/model/jobs/tool-call.ts'
import type { JobDetail } from '../../../../../src/shared/jobs.ts'

const detail: JobDetail = {
  payload: '{"message_type":"command_dispatch","job_id":"j","command":"undo","params":{"steps":2}}',
  routing: { type: 'group', group_id: 'farm' },
  priority: 4,
  result: '',
  resultLength: 0,
  error: '',
  errorLength: 0,
}

it('writes a job as the tool call that asks for the same, without its id', () => {
  expect(JSON.parse(toolCallOf(detail) ?? '')).toEqual({
    name: 'blender_send_message',
    arguments: {
      group_id: 'farm',
      payload: { message_type: 'command_dispatch', command: 'undo', params: { steps: 2 } },
      priority: 'warning',
    },
  })
  expect(toolCallOf({ ...detail, payload: null })).toBeNull()
})

it.each([
  [{ script: 'bake()' }, { language: 'python', text: 'bake()' }],
  [{ params: { code: 'print(1)' } }, { language: 'python', text: 'print(1)' }],
  [{ params: { steps: 2 } }, { language: 'json', text: '{\n  "steps": 2\n}' }],
  [{}, { language: 'json', text: '{}' }],
])('shows what matters of the payload %j', (payload, shown) => {
  expect(codeOf(JSON.stringify(payload))).toEqual(shown)
})

it('shows and writes numbers as they were sent', () => {
  const payload = '{"command":"bake","job_id":"j","params":{"id":1915883588174806058, "far":[1e400]}}'
  expect(codeOf(payload)).toEqual({
    language: 'json',
    text: '{\n  "id": 1915883588174806058,\n  "far": [\n    1e400\n  ]\n}',
  })
  const call = toolCallOf({ ...detail, payload })
  expect(call?.replace(/\s+/g, '')).toBe(
    '{"name":"blender_send_message","arguments":{"group_id":"farm","priority":"warning",' +
      '"payload":{"command":"bake","params":{"id":1915883588174806058,"far":[1e400]}}}}',
  )
})
