import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type AppFixture } from './app-fixture.ts'
import type { RawSession, RawStream } from './raw-session.ts'

/** What the newest clients take of one event, as bytes of UTF-8, with 124 KiB to spare. */
const most = 921_600

let app: AppFixture
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

type Json = Record<string, unknown>

let ids = 1000

/**
 * Sends one request as a real client would, with a progress token, so that the answer may come as events. Every event
 * and every answer must be of a size that clients take.
 */
async function ask(session: RawSession, method: string, params: Json): Promise<Json> {
  ids += 1
  const withToken = { ...params, _meta: { progressToken: ids } }
  const { text, headers } = await session.post({ jsonrpc: '2.0', id: ids, method, params: withToken })
  if (headers['content-type'] !== 'text/event-stream') {
    expect(Buffer.byteLength(text)).toBeLessThan(most)
    return JSON.parse(text) as Json
  }
  const events = text.split('\n\n').filter((event) => event.includes('\ndata: {'))
  for (const event of events) expect(Buffer.byteLength(`${event}\n\n`)).toBeLessThan(most)
  const last = events.at(-1) ?? ''
  return JSON.parse(last.slice(last.indexOf('data: ') + 'data: '.length)) as Json
}

interface Answer {
  readonly content: { type: string; text?: string; data?: string; mimeType?: string }[]
  readonly structuredContent?: Json
  readonly isError?: boolean
}

async function call(session: RawSession, name: string, args: Json = {}): Promise<Answer & { json: Json }> {
  const { result } = (await ask(session, 'tools/call', { name, arguments: args })) as { result: Answer }
  return { ...result, json: JSON.parse(result.content[0]?.text ?? '') as Json }
}

/** A client with a stream, and its next message; each must be of a size that clients take, unless it takes any. */
async function plug(uuid: string, more: Json = {}, limit = most) {
  const session = await app.raw(uuid)
  await call(session, 'blender_register_client', { client_uuid: uuid, client_type: 'blender', ...more })
  const stream: RawStream = await session.openStream()
  return {
    session,
    async next(): Promise<Json & { payload: Json; job_id: string; message_id: string }> {
      const frame = await stream.frames.next((text) => text.includes('notifications/message'))
      expect(Buffer.byteLength(`id: ${stream.lastEventId()}\n${frame}\n\n`)).toBeLessThan(limit)
      const data = frame.slice(frame.indexOf('data: ') + 'data: '.length)
      return (JSON.parse(data) as { params: { data: never } }).params.data
    },
  }
}

interface Page {
  readonly text: string
  readonly _meta: { offset: number; next_offset: number | null; total_bytes: number }
}

/** All pages of a resource, put together as a client would. */
async function readAll(session: RawSession, uri: string): Promise<{ whole: string; pages: Page[] }> {
  const pages: Page[] = []
  for (let offset: number | null = 0; offset !== null;) {
    const at = offset === 0 ? uri : `${uri}?offset=${String(offset)}`
    const { result } = (await ask(session, 'resources/read', { uri: at })) as { result: { contents: Page[] } }
    const [page] = result.contents
    if (page === undefined) throw new Error('no page')
    pages.push(page)
    offset = page._meta.next_offset
  }
  return { whole: pages.map(({ text }) => text).join(''), pages }
}

const refused = { error: { code: -32002 } }

describe('a large message', () => {
  it('[R-420] goes out as a link, and is read in pages by its client alone', async () => {
    const [reader, sender] = [await plug('reader'), await plug('sender')]
    const payload = { text: `${'é"\\\u0001🧊'.repeat(90_000)}end`, list: [1, 2, 3] }
    const sent = await call(sender.session, 'blender_send_message', { payload, target_uuid: 'reader' })
    expect(sent.json).toMatchObject({ status: 'ok', deliveries: { reader: 'sent' } })
    const json = JSON.stringify(payload)
    const { payload: link, message_id } = await reader.next()
    expect(link).toStrictEqual({
      message_type: 'large_message',
      uri: `blender://messages/${message_id}`,
      bytes: Buffer.byteLength(json),
    })
    const { whole, pages } = await readAll(reader.session, link.uri as string)
    expect(whole === json).toBe(true)
    expect(pages.map(({ _meta }) => _meta.offset)).toStrictEqual([
      0,
      ...pages.slice(0, -1).map(({ _meta }) => _meta.next_offset),
    ])
    for (const { text, _meta } of pages) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(262_144)
      expect(_meta.total_bytes).toBe(Buffer.byteLength(json))
    }
    for (const session of [sender.session, await app.raw('stranger')]) {
      expect(await ask(session, 'resources/read', { uri: link.uri })).toMatchObject(refused)
    }
    await call(reader.session, 'blender_unregister_client', { client_uuid: 'reader' })
    expect(await ask(reader.session, 'resources/read', { uri: link.uri })).toMatchObject(refused)
  })

  it('[R-421] goes out whole to a client that takes any size', async () => {
    const reader = await plug('reader', { capabilities: ['large_messages'] }, 4_300_000)
    const sender = await plug('sender')
    const payload = { text: 'x'.repeat(4_000_000) }
    await call(sender.session, 'blender_send_message', { payload, target_uuid: 'reader' })
    const got = await reader.next()
    expect(got.payload.text === payload.text).toBe(true)
    expect(
      await ask(reader.session, 'resources/read', { uri: `blender://messages/${got.message_id}` }),
    ).toMatchObject(refused)
  })

  it('[R-422] is refused where it is a job that its target would not get whole', async () => {
    await plug('old')
    const llm = await app.raw('llm')
    const code = 'x'.repeat(1_000_000)
    const payload = { message_type: 'job_dispatch', script: code, description: '' }
    const sent = await call(llm, 'blender_send_message', { payload, target_uuid: 'old' })
    expect(sent).toMatchObject({ isError: true, json: { status: 'error', error: 'too_large_for_target' } })
    const run = await call(llm, 'blender_execute_code', { code })
    expect(run).toMatchObject({
      isError: true,
      json: {
        status: 'error',
        error: 'too_large_for_target',
        message: expect.stringContaining('Nothing was sent.') as string,
      },
    })
    expect(run.structuredContent).toBeUndefined()

    const blender = await plug('new', { capabilities: ['large_messages'] }, 1_100_000)
    const running = call(llm, 'blender_execute_code', { code, target: 'new' })
    const { payload: job, job_id } = await blender.next()
    expect((job.params as Json).code === code).toBe(true)
    await call(blender.session, 'blender_job_update', { job_id, status: 'completed', result: 'done' })
    expect((await running).json).toMatchObject({ status: 'completed', result: 'done' })
  })

  it('[R-423] is received as a link, and what fits into one answer is received at a time', async () => {
    const poller = await app.raw('poller')
    await call(poller, 'blender_register_client', { client_uuid: 'p', client_type: 'llm' })
    const sender = await app.raw('sender')
    const texts = ['x'.repeat(700_000), ...Array.from({ length: 3 }, (_, n) => String(n).repeat(200_000))]
    for (const text of texts) {
      await call(sender, 'blender_send_message', { payload: { text }, target_uuid: 'p' })
    }
    const poll = async () => (await call(poller, 'blender_receive_messages', { client_uuid: 'p' })).json
    const first = (await poll()) as { messages: { payload: Json }[]; remaining: number }
    const second = (await poll()) as { messages: { payload: Json }[]; remaining: number }
    expect([first.remaining, second.remaining]).toStrictEqual([1, 0])
    const [link, ...rest] = [...first.messages, ...second.messages].map(({ payload }) => payload)
    expect(link).toMatchObject({ message_type: 'large_message', bytes: 700_011 })
    expect(rest.map(({ text }) => texts.indexOf(text as string))).toStrictEqual([1, 2, 3])
    expect((await readAll(poller, link?.uri as string)).whole === JSON.stringify({ text: texts[0] })).toBe(
      true,
    )
  })

  it('is what the sender of a job hears of a long result', async () => {
    const [blender, sender] = [await plug('b'), await plug('s')]
    const payload = { message_type: 'job_dispatch', job_id: 'j', script: '', description: '' }
    await call(sender.session, 'blender_send_message', { payload, target_uuid: 'b' })
    await blender.next()
    const result = '\u0001'.repeat(700_000)
    await call(blender.session, 'blender_job_update', { job_id: 'j', status: 'completed', result })
    const { payload: link } = await sender.next()
    expect(link).toMatchObject({ message_type: 'large_message' })
    const { whole } = await readAll(sender.session, link.uri as string)
    expect(JSON.parse(whole)).toStrictEqual({
      kind: 'job_update',
      job_id: 'j',
      status: 'completed',
      result,
      error: '',
    })
    const job = await ask(sender.session, 'resources/read', { uri: 'blender://jobs/j' })
    expect(JSON.stringify(job)).toContain('bytes are left out here')
  })
})

describe('what a dispatch tool answers', () => {
  /** Runs a command in a Blender that answers so. */
  async function run(tool: string, update: Json, args: Json = {}) {
    const [blender, llm] = [await plug('b'), await app.raw('llm')]
    const running = call(llm, tool, args)
    const { job_id } = await blender.next()
    await call(blender.session, 'blender_job_update', { job_id, status: 'completed', ...update })
    return { llm, job_id, answer: await running }
  }

  it('[R-618] holds the head and the tail of long output; all of it is read in pages', async () => {
    const stdout = `first\n${'ü"\u0007🧊\n'.repeat(60_000)}last\n`
    const result = JSON.stringify({ stdout, stderr: '', value: '42' })
    const { llm, job_id, answer } = await run('blender_execute_code', { result }, { code: '1' })
    const shown = answer.json.result as { stdout: string; value: string }
    expect(shown.stdout).toMatch(
      new RegExp(
        `^first\\n[^]+\\n\\[… \\d+ of \\d+ bytes are left out here\\. All of it: the resource blender://jobs/${job_id}/output\\]\\n[^]+last\\n$`,
      ),
    )
    expect(shown.value).toBe('42')
    expect(Buffer.byteLength(shown.stdout)).toBeLessThanOrEqual(65_536)
    expect(shown.stdout.isWellFormed()).toBe(true)
    const again = await call(llm, 'blender_get_job', { job_id })
    expect(again.json.result).toStrictEqual(shown)
    const { whole, pages } = await readAll(llm, `blender://jobs/${job_id}/output`)
    expect(whole === result).toBe(true)
    expect(pages.length).toBeGreaterThan(2)
  })

  it('stays of a size that clients take with all that JSON must escape, twice', async () => {
    const [result, error] = ['\u0001'.repeat(350_000), '"'.repeat(1_048_576)]
    const { llm, job_id, answer } = await run(
      'blender_execute_code',
      { status: 'failed', result, error },
      { code: '1' },
    )
    expect(answer).toMatchObject({ isError: true, json: { status: 'failed' } })
    expect(
      Buffer.byteLength(`${String(answer.json.result)}${String(answer.json.error)}`),
    ).toBeLessThanOrEqual(65_536)
    const { whole } = await readAll(llm, `blender://jobs/${job_id}/output`)
    expect(whole === `${result}\n${error}`).toBe(true)
  })

  it('[R-714] pages begin and end with whole characters, and an offset that is none is refused', async () => {
    const result = '🧊'.repeat(70_000)
    const { llm, job_id } = await run('blender_execute_code', { result }, { code: '1' })
    const uri = `blender://jobs/${job_id}/output`
    const read = async (offset: string) => ask(llm, 'resources/read', { uri: `${uri}?offset=${offset}` })
    expect(await read('262146')).toMatchObject({
      result: {
        contents: [
          {
            uri: `${uri}?offset=262146`,
            mimeType: 'text/plain',
            text: '🧊'.repeat(4464),
            _meta: { offset: 262_144, next_offset: null, total_bytes: 280_000 },
          },
        ],
      },
    })
    expect(await read('280001')).toMatchObject({
      error: { code: -32602, message: 'There is no such offset: the text has 280000 bytes.' },
    })
    expect(await read('-1')).toMatchObject({ error: { code: -32602 } })
    expect(await ask(llm, 'resources/read', { uri: 'blender://jobs/unknown/output' })).toMatchObject(refused)
  })

  const pictureOf = (bytes: number): string =>
    JSON.stringify({
      image: { mime_type: 'image/png', data: 'A'.repeat(bytes) },
      width: 8,
      height: 8,
      note: '',
    })

  it('is the picture, as large as fits', async () => {
    const { answer } = await run('blender_render_image', { result: pictureOf(905_216) })
    expect(answer.content.map(({ type, mimeType, data }) => [type, mimeType, data?.length])).toStrictEqual([
      ['text', undefined, undefined],
      ['image', 'image/png', 905_216],
    ])
    expect(answer.json).toMatchObject({ status: 'completed' })
  })

  it.each([
    ['that is too large', 1_000_000],
    ['that was cut on its way', 1_100_000],
  ])('[R-619] of a picture %s is an error that says what to do', async (_, bytes) => {
    const { answer } = await run('blender_render_image', { result: pictureOf(bytes) })
    expect(answer.content.map(({ type }) => type)).toStrictEqual(['text'])
    expect(answer).toMatchObject({
      isError: true,
      json: {
        status: 'failed',
        error: expect.stringContaining('Ask for a smaller one: give max_size') as string,
      },
    })
  })
})

describe('lists', () => {
  it('of clients come in pages from the tool, and the resource says where the rest is', async () => {
    const session = await app.raw('many')
    for (let n = 0; n < 150; n += 1) {
      await call(session, 'blender_register_client', {
        client_uuid: `c${String(n)}`,
        client_type: 'blender',
        blend_file: `/${'"'.repeat(1900)}`,
      })
    }
    const list = async (args: Json) => (await call(session, 'blender_list_available_clients', args)).json
    const first = await list({})
    expect(first).toMatchObject({ truncated: true, next_cursor: expect.any(String) as string })
    const second = await list({ cursor: first.next_cursor })
    expect(Object.keys(second)).toStrictEqual(['status', 'user_id', 'persistent', 'ephemeral'])
    const uuids = [first, second].flatMap(({ ephemeral }) =>
      (ephemeral as { uuid: string }[]).map(({ uuid }) => uuid),
    )
    expect(uuids).toStrictEqual(Array.from({ length: 150 }, (_, n) => `c${String(n)}`))

    const answer = await ask(session, 'resources/read', { uri: 'blender://bus/clients' })
    const { result } = answer as { result: { contents: { text: string }[] } }
    const shown = JSON.parse(result.contents[0]?.text ?? '') as { ephemeral: Json[]; next_cursor: string }
    expect(shown).toMatchObject({ truncated: true })
    const rest = (await list({ cursor: shown.next_cursor })) as { ephemeral: Json[] }
    expect(shown.ephemeral.length + rest.ephemeral.length).toBe(150)
  })

  it.each<[string, string, Json]>([
    [
      'a prompt',
      'prompts/get',
      { name: 'blender_dispatch_script', arguments: { target: 'broadcast', script: '"'.repeat(500_000) } },
    ],
    [
      'an unknown target of a prompt',
      'prompts/get',
      { name: 'blender_dispatch_script', arguments: { target: 'x'.repeat(2_000_000), script: '1' } },
    ],
    ['an unknown tool', 'tools/call', { name: 'x'.repeat(2_000_000) }],
    ['an unknown address', 'resources/read', { uri: `blender://clients/${'x'.repeat(2_000_000)}` }],
    ['an address to watch', 'resources/subscribe', { uri: `blender://clients/${'x'.repeat(2_000_000)}` }],
    ['an argument', 'tools/call', { name: 'blender_ping', arguments: { ['x'.repeat(2_000_000)]: 1 } }],
    ['a target', 'tools/call', { name: 'blender_ping', arguments: { target: 'x'.repeat(2_000_000) } }],
    [
      'arguments of a completion',
      'completion/complete',
      {
        ref: { type: 'ref/prompt', name: 'x' },
        argument: { name: 'a', value: 'b' },
        context: { arguments: { ['x'.repeat(2_000_000)]: 1 } },
      },
    ],
  ])('and errors do not grow with %s', async (_, method, params) => {
    const answer = await ask(await app.raw('client'), method, params)
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(20_000)
  })
})
