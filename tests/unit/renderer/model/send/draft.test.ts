import { describe, expect, it } from 'vitest'
import {
  checkDraft,
  newDraft,
  paramsTemplate,
  type Draft,
} from '../../../../../src/renderer/model/send/draft.ts'

const check = (change: Partial<Draft>) => checkDraft({ ...newDraft('llm'), ...change })
const said = (change: Partial<Draft>) => check(change).problems.map(({ field, text }) => `${field}: ${text}`)

describe('a draft', () => {
  it('is code for a Blender at first, and a message for everything else', () => {
    expect([newDraft('blender').kind, newDraft('llm').kind, newDraft('').kind]).toEqual([
      'code',
      'message',
      'message',
    ])
    for (const kind of ['message', 'code', 'command'] as const) {
      expect(check({ kind }).problems).toEqual([])
    }
  })

  it('comes to the payload that is sent, and its size in bytes', () => {
    expect(check({ kind: 'message', message: '{"ü": [1]}' })).toEqual({
      payload: { ü: [1] },
      json: '{"ü":[1]}',
      bytes: 10,
      problems: [],
      warnings: [],
    })
    const script = '\n  # look\nprint(1)'
    expect(check({ kind: 'code', script, jobId: 'mine' }).payload).toEqual({
      message_type: 'command_dispatch',
      command: 'execute_code',
      params: { code: script },
      job_id: 'mine',
    })
    expect(check({ kind: 'code', codeAs: 'job_dispatch', script }).payload).toEqual({
      message_type: 'job_dispatch',
      script,
      description: '# look',
    })
    expect(check({ kind: 'command', command: 'undo', params: '{"steps": 2}' }).payload).toEqual({
      message_type: 'command_dispatch',
      command: 'undo',
      params: { steps: 2 },
    })
  })

  it('keeps every name that was written', () => {
    const message = '{"__proto__": {"a": 1}, "constructor": 2}'
    expect(JSON.stringify(check({ message }).payload)).toBe('{"__proto__":{"a":1},"constructor":2}')
  })

  it('is sent with each number as it was written', () => {
    const numbers = '{\n  "id": 1915883588174806058,\n  "far": [1e400, -0.10, 1E5]\n}'
    const compact = '{"id":1915883588174806058,"far":[1e400,-0.10,1E5]}'
    expect(check({ kind: 'message', message: numbers }).json).toBe(compact)
    expect(check({ kind: 'command', command: 'undo', params: numbers, jobId: 'mine' }).json).toBe(
      `{"message_type":"command_dispatch","command":"undo","params":${compact},"job_id":"mine"}`,
    )
    expect(check({ kind: 'message', message: '{"id": 1,}' }).json).toBeNull()
  })

  it('says what is wrong with which field', () => {
    expect(said({ message: '{"a": 1,}' })).toEqual(['message: Line 1, column 9: A comma stands before }.'])
    for (const message of ['[]', '1', 'null', '"x"']) {
      expect(said({ message })).toEqual(['message: A payload must be a JSON object: { … }'])
    }
    expect(said({ kind: 'code', script: ' \n' })).toEqual(['script: There is no code yet.'])
    expect(said({ kind: 'command', command: '', params: '[' })).toEqual([
      'command: A command has a name.',
      'params: Line 1, column 2: The end is missing: ].',
    ])
    expect(said({ kind: 'command', command: 'ping', jobId: 'x'.repeat(201) })).toEqual([
      'jobId: The job id has 201 characters; at most 200 are allowed.',
    ])
    expect(said({ kind: 'command', command: 'a\u0000' })).toEqual([
      'command: The name must have no control characters.',
    ])
  })

  it('is not sent beyond 4 MiB, and says how large it is', () => {
    const most = 4 * 1024 * 1024 - '{"t":""}'.length
    expect(check({ message: `{"t": "${'x'.repeat(most)}"}` })).toMatchObject({
      bytes: 4 * 1024 * 1024,
      problems: [],
    })
    const { payload, bytes, problems } = check({ message: `{"t": "${'x'.repeat(most + 1)}"}` })
    expect([payload, bytes, problems.length]).toEqual([null, 4 * 1024 * 1024 + 1, 1])
  })

  it('warns of what the add-on does not know, and sends it all the same', () => {
    const params = '{"frame": "x", "bogus": 1}'
    const { payload, warnings } = check({ kind: 'command', command: 'render_image', params })
    expect(payload).not.toBeNull()
    expect(warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^frame: /),
      'The add-on does not know bogus.',
    ])
    expect(check({ kind: 'command', command: 'toString' }).warnings.map(({ text }) => text)).toEqual([
      'The Blender add-on does not know this command.',
    ])
  })

  it('begins a command with the parameters that it needs', () => {
    expect(paramsTemplate('get_object_info')).toBe('{\n  "name": ""\n}')
    expect(paramsTemplate('ping')).toBe('{}')
    expect(paramsTemplate('constructor')).toBe('{}')
  })
})
