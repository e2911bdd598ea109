import { pictureOfDataUrl, sse, type ModelApi, type ToolResult } from './conversation.ts'

interface Body {
  tools?: { function: { name: string } }[]
  messages: { role: string; content?: string | Part[] | null }[]
}

interface Part {
  type: string
  text?: string
  image_url?: { url: string }
}

/** OpenAI chat completions: `POST /v1/chat/completions`, streamed. */
export const openaiChat: ModelApi = {
  path: /^\/v1\/chat\/completions$/,
  read(body) {
    const { tools = [], messages } = body as Body
    return {
      tools: tools.map(({ function: { name } }) => name),
      results: resultsOf(messages),
    }
  },
  write(turn) {
    const chunk = (delta: object, finish: string | null): string =>
      sse({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'scripted-model',
        choices: [{ index: 0, delta, finish_reason: finish }],
      })
    const delta =
      turn.kind === 'say'
        ? { content: turn.text }
        : {
            tool_calls: [
              {
                index: 0,
                id: turn.id,
                type: 'function',
                function: { name: turn.tool, arguments: JSON.stringify(turn.args) },
              },
            ],
          }
    return [
      chunk({ role: 'assistant', ...delta }, null),
      chunk({}, turn.kind === 'say' ? 'stop' : 'tool_calls'),
      'data: [DONE]\n\n',
    ]
  },
}

/** A tool's message holds text alone: its picture comes in the user's message behind it. */
function resultsOf(messages: Body['messages']): ToolResult[] {
  const results: ToolResult[] = []
  for (const { role, content } of messages) {
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
    const pictures = parts.flatMap(({ image_url: image }: Part) =>
      image === undefined ? [] : [pictureOfDataUrl(image.url)],
    )
    const last = results.at(-1)
    if (role === 'tool') {
      results.push({ text: parts.map(({ text = '' }: Part) => text).join(''), pictures })
    } else if (last !== undefined && pictures.length > 0) {
      results[results.length - 1] = { ...last, pictures: [...last.pictures, ...pictures] }
    }
  }
  return results
}
