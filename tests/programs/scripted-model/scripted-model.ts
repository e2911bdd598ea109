import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { within } from '../../blender/rig/process.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import type { ModelApi, Question, ToolResult, Turn } from './conversation.ts'
import { geminiContent } from './gemini-content.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'

const apis: readonly ModelApi[] = [anthropicMessages, openaiResponses, geminiContent, openaiChat]

/**
 * Stands in for a company's model, which no test machine has: a server on loopback that speaks the APIs of the four
 * programs and answers with what the test says. The test is the model: it calls a tool and reads the result as the
 * program passed it on.
 *
 * It is one conversation. What a program asks besides it without Blender's tools (a title, a summary, whether the
 * quota holds) is answered with one word.
 */
export interface ScriptedModel {
  /** `http://127.0.0.1:<port>`; also the proxy for everything that is not on loopback: it refuses, and notes the host. */
  readonly url: string
  /** Hosts that the program wanted to reach through the proxy. */
  readonly refusedHosts: ReadonlySet<string>
  /**
   * Resolves when the program has asked its model for its first turn; with the tools that it offers.
   *
   * @param more what else to say where that never happens
   */
  asked(more?: () => string): Promise<Question>
  /**
   * Lets the model call Blender's tool of this name; resolves with what the model reads of it, and fails where that
   * takes longer than `limitMs`.
   */
  call(tool: string, args?: object, limitMs?: number): Promise<ToolResult>
  /** Lets the model end its turn with this text. */
  say(text: string): void
  close(): Promise<void>
}

export async function createScriptedModel(): Promise<ScriptedModel> {
  /** Turns and results by their place in the conversation: a program that asks again gets the same answer. */
  const turns: PromiseWithResolvers<(question: Question) => Turn>[] = []
  const results: PromiseWithResolvers<ToolResult>[] = []
  const at = <T>(list: PromiseWithResolvers<T>[], index: number): PromiseWithResolvers<T> => {
    while (list.length <= index) list.push(Promise.withResolvers<T>())
    return list[index] as PromiseWithResolvers<T>
  }
  const firstQuestion = Promise.withResolvers<Question>()
  const refusedHosts = new Set<string>()
  const heard: string[] = []
  let said = 0

  const answer = async (question: Question): Promise<Turn> => {
    const place = question.results.length
    const last = question.results.at(-1)
    firstQuestion.resolve(question)
    if (last !== undefined) at(results, place - 1).resolve(last)
    return (await at(turns, place).promise)(question)
  }

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      heard.push(String(error))
      response.destroy()
    })
  })
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const api = apis.find(({ path }) => path.test(request.url ?? ''))
    if (request.method !== 'POST' || api === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"Not here."}}')
      return
    }
    const question = api.read(JSON.parse(body))
    const isMain = question.tools.some((name) => name.includes('blender_'))
    const turn: Turn = isMain ? await answer(question) : { kind: 'say', text: 'Blender' }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(api.write(turn).join(''))
  }
  server.on('connect', (request, socket) => {
    socket.on('error', () => undefined)
    refusedHosts.add(request.url ?? '')
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const call: ScriptedModel['call'] = (tool, args = {}, limitMs) => {
    const place = said
    said += 1
    at(turns, place).resolve(({ tools }) => {
      const name = tools.find((offered) => offered.endsWith(tool))
      if (name === undefined) throw new Error(`There is no tool ${tool} among ${tools.join(', ')}.`)
      return { kind: 'call', id: `call_${String(place + 1)}`, tool: name, args }
    })
    return within(at(results, place).promise, `the result of ${tool}`, () => heard.join('\n'), limitMs)
  }
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    refusedHosts,
    asked: (more) => within(firstQuestion.promise, 'the first question to the model', more),
    call,
    say(text) {
      at(turns, said).resolve(() => ({ kind: 'say', text }))
      said += 1
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
