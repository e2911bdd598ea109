import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
let llm: Plugged
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('llm')
})
afterEach(() => app.stop())

const get = (args: Record<string, string>) =>
  llm.client.getPrompt({ name: 'blender_dispatch_script', arguments: args })

const scriptId = expect.stringMatching(/^script-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string

/** The arguments that the prompt's text holds, as a model would copy them. */
async function rendered(args: Record<string, string>): Promise<Record<string, unknown>> {
  const { messages } = await get(args)
  const { text } = messages[0]?.content as { text: string }
  return JSON.parse(text.slice(text.indexOf('{'))) as Record<string, unknown>
}

describe('the prompt blender_dispatch_script', () => {
  it('[R-720] is listed with its arguments', async () => {
    expect(await llm.client.listPrompts()).toStrictEqual({
      prompts: [
        {
          name: 'blender_dispatch_script',
          title: 'Send a script to Blender',
          description: 'Renders a ready blender_send_message call that dispatches a Python script as a job.',
          arguments: [
            {
              name: 'target',
              description: 'uuid:<uuid>, group:<group>, type:<client type> or broadcast',
              required: true,
            },
            { name: 'script', description: 'Python source to run', required: true },
            {
              name: 'priority',
              description:
                'One of emergency, alert, critical, error, warning, notice, info, debug; default info',
              required: false,
            },
            { name: 'description', description: 'What the script does, for people', required: false },
          ],
        },
      ],
    })
  })

  it('[R-721] renders one message of a person with the whole call', async () => {
    const prompt = await get({
      target: 'uuid:blender-1',
      script: 'print("hi")',
      priority: ' Warning ',
      description: 'Say hi',
    })
    // Each one has an id of its own.
    const zeroes = 'script-00000000-0000-4000-8000-000000000000'
    expect(
      JSON.parse(JSON.stringify(prompt).replace(/script-[0-9a-f-]{36}/, zeroes)) as unknown,
    ).toStrictEqual({
      description: 'Say hi',
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text:
              'Call the tool blender_send_message with exactly these arguments, then watch for the job_update that ' +
              'carries the job_id of the answer:\n\n' +
              '{\n' +
              '  "payload": {\n' +
              '    "message_type": "job_dispatch",\n' +
              '    "job_id": "script-00000000-0000-4000-8000-000000000000",\n' +
              '    "script": "print(\\"hi\\")",\n' +
              '    "description": "Say hi"\n' +
              '  },\n' +
              '  "target_uuid": "blender-1",\n' +
              '  "priority": "warning"\n' +
              '}',
          },
        },
      ],
    })
  })

  it('[R-721] names another job each time', async () => {
    const args = { target: 'broadcast', script: 'pass' }
    expect(await rendered(args)).not.toStrictEqual(await rendered(args))
  })

  it.each([
    ['uuid:blender-1', { target_uuid: 'blender-1' }],
    ['uuid:latest', { target_uuid: 'latest' }],
    ['uuid:a:b c', { target_uuid: 'a:b c' }],
    ['group:farm', { group_id: 'farm' }],
    ['type:blender', { client_type: 'blender' }],
    ['broadcast', {}],
  ])('[R-722] takes the target %s', async (target, address) => {
    expect(await rendered({ target, script: 'pass' })).toStrictEqual({
      payload: { message_type: 'job_dispatch', job_id: scriptId, script: 'pass', description: '' },
      ...address,
      priority: 'info',
    })
  })

  it('[R-723] renders a call that works as it is', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const sent = await call(
      llm,
      'blender_send_message',
      await rendered({ target: 'type:blender', script: 'x = 1' }),
    )
    expect(sent.structured).toMatchObject({ status: 'ok', targets: ['blender-1'] })
    expect((await blender.messages.next()).data).toMatchObject({
      payload: {
        message_type: 'job_dispatch',
        job_id: sent.structured.job_id,
        script: 'x = 1',
        description: '',
      },
      job_id: sent.structured.job_id,
    })
    expect(sent.structured.job_id).toStrictEqual(scriptId)
  })

  it.each([
    [{ script: 'pass' }, 'target "" is none of uuid:<uuid>, group:<group>, type:<client type> or broadcast.'],
    [
      { target: 'everybody', script: 'pass' },
      'target "everybody" is none of uuid:<uuid>, group:<group>, type:<client type> or broadcast.',
    ],
    [
      { target: 'uuid:', script: 'pass' },
      'target "uuid:" is none of uuid:<uuid>, group:<group>, type:<client type> or broadcast.',
    ],
    [{ target: 'broadcast' }, 'script is missing: give the Python source to run.'],
    [
      { target: 'broadcast', script: 'pass', priority: 'loud' },
      'priority "loud" is none of emergency, alert, critical, error, warning, notice, info, debug or 0 to 7.',
    ],
  ])('[R-724] refuses %j', async (args, message) => {
    const session = await app.raw('script')
    expect(
      await session.rpc('prompts/get', { name: 'blender_dispatch_script', arguments: args }),
    ).toStrictEqual({ jsonrpc: '2.0', id: 1, error: { code: -32602, message } })
  })

  it('[R-725] is the only one', async () => {
    const session = await app.raw('script')
    expect(await session.rpc('prompts/get', { name: 'another' })).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: 'There is no prompt "another".' },
    })
  })

  it('[R-726] completes targets and priorities', async () => {
    await register(llm, 'l', { client_type: 'llm' })
    await register(llm, 'b', { group_id: 'farm' })
    const complete = async (name: string, value: string) => {
      const ref = { type: 'ref/prompt' as const, name: 'blender_dispatch_script' }
      return (await llm.client.complete({ ref, argument: { name, value } })).completion.values
    }
    expect(await complete('target', '')).toStrictEqual([
      'uuid:l',
      'uuid:b',
      'group:farm',
      'type:llm',
      'type:blender',
      'broadcast',
    ])
    expect(await complete('target', 'type:b')).toStrictEqual(['type:blender'])
    expect(await complete('priority', 'E')).toStrictEqual(['emergency', 'error'])
    expect(await complete('script', '')).toStrictEqual([])
  })
})
