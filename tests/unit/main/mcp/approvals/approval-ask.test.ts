import { describe, expect, it } from 'vitest'
import { askForRemoval, askForWork, isWork } from '../../../../../src/main/mcp/approvals/approval-ask.ts'
import type { McpClientInfo } from '../../../../../src/main/mcp/http/session.ts'
import type { JsonObject } from '../../../../../src/shared/protocol.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'

const asker = { scopes: ['llm'], identity: 'llm-2', tokenName: 'made' } as const

/** A model that registered two clients, and as many Blenders as asked for. */
function fixture(blenders = 1) {
  const { bus } = busFixture()
  const session = fakeSession({
    caller: { user_id: 'local', token_id: 'made' },
    clientInfo: { name: 'model', title: 'A Model', version: '2.0' },
    remoteAddress: '10.0.0.7',
  })
  bus.register(registration('llm-1', { client_type: 'llm' }), session)
  bus.register(registration('llm-2', { client_type: 'llm', metadata: { label: ' Model two ' } }), session)
  const targets = Array.from({ length: blenders }, (_, index) => {
    const metadata = index === 0 ? { hostname: ' studio ' } : {}
    const session = index === 0 ? fakeSession() : null
    return bus.register(registration(`blender-${String(index)}`, { metadata }), session).client
  })
  const { context } = fakeCall(bus, session)
  const ask = (payload: JsonObject) =>
    askForWork({ payload, routing: { type: 'broadcast' }, targets }, context, asker)
  const shown = (payload: JsonObject) => {
    const { question, shown } = ask(payload)
    return [question.tool, question.reads, shown.title, shown.codeKind, shown.code]
  }
  return { bus, session, targets, context, ask, shown }
}

describe('the question about work', () => {
  it('names the session’s clients and every target, and shows all that a person has to know', () => {
    const { ask, session } = fixture(2)
    expect(
      ask({ message_type: 'job_dispatch', job_id: 'j', script: 'x = 1', description: 'Set x' }),
    ).toStrictEqual({
      session,
      program: 'model',
      question: {
        userId: 'local',
        senders: ['llm-1', 'llm-2'],
        targets: [
          { uuid: 'blender-0', tokenId: 'local' },
          { uuid: 'blender-1', tokenId: null },
        ],
        tokenId: 'made',
        scopes: ['llm'],
        tool: 'blender_execute_code',
        reads: false,
      },
      shown: {
        userId: 'local',
        from: { uuid: 'llm-2', name: 'Model two' },
        claims: null,
        program: 'A Model 2.0',
        programTitle: 'A Model',
        tokenId: 'made',
        tokenName: 'made',
        address: '10.0.0.7',
        tool: 'blender_execute_code',
        title: 'Set x',
        code: 'x = 1',
        codeKind: 'python',
        codeLength: 5,
        routing: { type: 'broadcast' },
        targets: [
          { uuid: 'blender-0', name: 'blender-0', host: 'studio' },
          { uuid: 'blender-1', name: 'blender-1', host: null },
        ],
        targetCount: 2,
        again: false,
      },
      whole: {
        code: 'x = 1',
        targets: [
          { uuid: 'blender-0', name: 'blender-0', host: 'studio' },
          { uuid: 'blender-1', name: 'blender-1', host: null },
        ],
      },
    })
  })

  it('shows the first 20 targets and counts all; the policy hears of each', () => {
    const { question, shown, whole } = fixture(21).ask({ message_type: 'job_dispatch', script: '' })
    expect([
      shown.targets.length,
      shown.targets[0],
      shown.targetCount,
      question.targets.length,
      whole.targets.length,
    ]).toStrictEqual([20, { uuid: 'blender-0', name: 'blender-0', host: 'studio' }, 21, 21, 21])
  })

  it('shows the first 200 characters of a title and of a tool, and 50,000 of the code', () => {
    const { ask } = fixture()
    const long = `a${'b'.repeat(300)}`
    const { shown } = ask({ message_type: 'command_dispatch', command: long })
    expect([shown.title, shown.tool]).toStrictEqual([`a${'b'.repeat(199)}`, `blender_a${'b'.repeat(191)}`])
    const code = `#${'x'.repeat(70_000)}`
    const { shown: script, whole } = ask({ message_type: 'job_dispatch', script: code })
    expect(whole.code).toBe(code)
    expect([script.code.length, script.code[0], script.codeLength]).toStrictEqual([50_000, '#', 70_001])
  })

  it('names a program by what it says of itself, and a client without a label by its uuid', () => {
    const { bus, targets, context } = fixture()
    const { client: blank } = bus.register(registration('blank', { metadata: { label: '  ' } }), null)
    expect(askForRemoval(blank, context, asker).shown.targets).toStrictEqual([
      { uuid: 'blank', name: 'blank', host: null },
    ])
    const program = (more: Parameters<typeof fakeSession>[0]) => {
      const { context } = fakeCall(bus, fakeSession(more))
      const work = {
        payload: { message_type: 'job_dispatch' },
        routing: { type: 'broadcast' } as const,
        targets,
      }
      const { shown } = askForWork(work, context, asker)
      return [shown.program, shown.from]
    }
    const name = `n${'o'.repeat(300)}`
    expect([
      program({ clientInfo: null }),
      program({ clientInfo: { name: 'model', version: '1' } }),
      program({ clientInfo: { name, version: '1' } }),
    ]).toStrictEqual([
      ['unknown program', null],
      ['model 1', null],
      [`n${'o'.repeat(199)}`, null],
    ])
  })

  it('is allowed to a program by its name, and to none without one', () => {
    const { bus, targets } = fixture()
    const program = (clientInfo: McpClientInfo | null) => {
      const { context } = fakeCall(bus, fakeSession({ clientInfo }))
      const routing = { type: 'broadcast' } as const
      const { program, shown } = askForWork({ payload: {}, routing, targets }, context, asker)
      return [program, shown.programTitle]
    }
    const name = `n${'o'.repeat(300)}`
    expect([
      program({ name: 'claude-code', version: '1' }),
      program({ name, version: '1' }),
      program({ name: '', title: 'Nobody', version: '1' }),
      program(null),
    ]).toStrictEqual([
      ['claude-code', 'Claude Code'],
      [name, `n${'o'.repeat(199)}`],
      [null, null],
      [null, null],
    ])
  })

  it('shows code alone beside the name of its sender, and all of what is no such name', () => {
    const { shown } = fixture()
    const code = { message_type: 'command_dispatch', command: 'execute_code', params: { code: 'x = 1' } }
    const job = { message_type: 'job_dispatch', job_id: 'j', script: 'x = 2' }
    const kinds = [
      { ...code, from_label: 'Claude Code' },
      { ...job, from_label: 'Claude Code' },
      { ...code, from_label: ['x'] },
    ].map((payload) => shown(payload).at(3))
    expect(kinds).toStrictEqual(['python', 'python', 'json'])
  })

  it('tells what a command reads and shows code alone only where nothing else could be acted on', () => {
    const { shown } = fixture()
    const command = { message_type: 'command_dispatch', job_id: 'j' }
    const job = { message_type: 'job_dispatch', job_id: 'j' }
    expect([
      shown({ ...command, command: 'ping' }),
      shown({ ...command, command: 'undo', params: { steps: 2 } }),
      shown({ ...command, command: 'execute_code', params: { code: 'x = 1' } }),
      shown({ ...command, command: 'execute_code', params: { code: 'x = 1' }, description: 'Set x' }),
      shown({ ...command, command: 'execute_code', params: { code: 'x = 1' }, description: '' }),
      shown({ ...command, command: 'undo', description: ['x'] }),
      shown({ ...command, command: 'execute_code', params: { code: 'x = 1', more: 1 } }),
      shown({ ...command, command: 'execute_code', params: null }),
      shown({ ...command, command: 'other', params: { code: 'x = 1' } }),
      shown({ ...command, command: 'ping', extra: 1 }),
      shown({ ...command, command: ['ping'] }),
      shown(command),
      shown({ ...job, script: 'x = 1' }),
      shown({ ...job, script: 'x = 1', extra: 1 }),
      shown({ ...job, description: 3 }),
      shown({ message_type: 'Job_Dispatch', job_id: 'j', script: 'x = 1' }),
    ]).toStrictEqual([
      ['blender_ping', true, 'ping', 'json', '{}'],
      ['blender_undo', false, 'undo', 'json', '{\n  "steps": 2\n}'],
      ['blender_execute_code', false, 'execute_code', 'python', 'x = 1'],
      ['blender_execute_code', false, 'Set x', 'python', 'x = 1'],
      ['blender_execute_code', false, 'execute_code', 'python', 'x = 1'],
      ['blender_undo', false, 'undo', 'json', '{\n  "command": "undo",\n  "description": [\n    "x"\n  ]\n}'],
      ['blender_execute_code', false, 'execute_code', 'json', '{\n  "code": "x = 1",\n  "more": 1\n}'],
      ['blender_execute_code', false, 'execute_code', 'json', '{}'],
      ['blender_other', false, 'other', 'json', '{\n  "code": "x = 1"\n}'],
      ['blender_ping', true, 'ping', 'json', '{\n  "command": "ping",\n  "extra": 1\n}'],
      ['blender_["ping"]', false, '["ping"]', 'json', '{}'],
      ['blender_null', false, 'null', 'json', '{}'],
      ['blender_execute_code', false, '', 'python', 'x = 1'],
      ['blender_execute_code', false, '', 'json', '{\n  "script": "x = 1",\n  "extra": 1\n}'],
      ['blender_execute_code', false, '', 'json', '{\n  "description": 3\n}'],
      [
        'blender_execute_code',
        false,
        '',
        'json',
        '{\n  "message_type": "Job_Dispatch",\n  "job_id": "j",\n  "script": "x = 1"\n}',
      ],
    ])
  })
})

describe('work', () => {
  const told = (payload: JsonObject, ...clients: ('blender' | 'llm' | 'worker')[]) => {
    const { bus } = busFixture()
    const targets = clients.map(
      (type, index) => bus.register(registration(`c-${String(index)}`, { client_type: type }), null).client,
    )
    bus.workers.note(targets.filter(({ client_type }) => client_type === 'worker'))
    return isWork({ payload, targets }, bus.workers)
  }

  it.each([
    [{ message_type: '\u001cjob_dispatch' }],
    [{ message_type: ['', 'job_dispatch'] }],
    [{ message_type: 'job_di\u017fpatch' }],
    [{ message_type: ' Command_Dispatch\n' }],
    [{ message_type: 'job_cancel' }],
    [{ message_type: 'Ping' }],
    [{ message_type: ['ping'] }],
    [{ message_type: null, kind: 'ping' }],
    [{ message_type: 'job_dispatch', kind: 'ping' }],
    [{ kind: 'job_dispatch' }],
    [{ hello: 1 }],
    [{}],
  ])('is all that a Blender is sent and that is not exactly word: %j', (payload) => {
    expect([
      told(payload, 'blender'),
      told(payload, 'llm', 'blender'),
      told(payload, 'worker'),
    ]).toStrictEqual([true, true, true])
  })

  it('is no ping, no update and no chat, in the one field or the other', () => {
    const payloads: JsonObject[] = ['ping', 'job_update', 'chat'].flatMap((kind) => [
      { message_type: kind },
      { kind },
    ])
    expect(payloads.map((payload) => told(payload, 'blender', 'worker'))).toStrictEqual(
      payloads.map(() => false),
    )
  })

  it('is a ping that a peer could read otherwise, as its kind stands there twice', () => {
    const { bus } = busFixture()
    const targets = [bus.register(registration('b'), null).client]
    const sent = (json: string) =>
      isWork({ payload: JSON.parse(json) as JsonObject, json, targets }, bus.workers)
    expect([
      sent('{"message_type":"job_dispatch","message_type":"ping"}'),
      sent('{"message_type":"ping"}'),
    ]).toStrictEqual([true, false])
  })

  it('is a job for anybody, and for one that was never given any nothing else', () => {
    expect([
      told({ message_type: 'job_dispatch' }, 'llm'),
      told({ message_type: 'command_dispatch' }, 'llm'),
      told({ message_type: 'note' }, 'llm'),
      told({ message_type: 'job_dispatch' }),
    ]).toStrictEqual([true, true, false, false])
  })

  it('is sent to who was given a job under its uuid before it left', () => {
    const { bus } = busFixture()
    const worker = () => bus.register(registration('w', { client_type: 'worker' }), null).client
    const first = worker()
    expect(isWork({ payload: {}, targets: [first] }, bus.workers)).toBe(false)
    bus.send({ payload: { message_type: 'job_dispatch' }, target_uuid: 'w', session: null })
    bus.unregister('w')
    expect(isWork({ payload: {}, targets: [worker()] }, bus.workers)).toBe(true)
  })
})

describe('the question about a client of another session', () => {
  it('names that client', () => {
    const { targets, context } = fixture()
    const [client] = targets
    if (client === undefined) throw new Error('There is one.')
    const { question, shown } = askForRemoval(client, context, asker)
    expect([question.tool, question.reads, question.senders, question.targets]).toStrictEqual([
      'blender_unregister_client',
      false,
      ['llm-1', 'llm-2'],
      [{ uuid: 'blender-0', tokenId: 'local' }],
    ])
    expect([shown.title, shown.code, shown.codeKind, shown.routing, shown.targets]).toStrictEqual([
      'Unregister a client of another session',
      '{\n  "client_uuid": "blender-0"\n}',
      'json',
      { type: 'direct', target_uuid: 'blender-0' },
      [{ uuid: 'blender-0', name: 'blender-0', host: 'studio' }],
    ])
  })
})
