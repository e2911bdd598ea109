import { sse, type ModelApi, type ToolResult } from './conversation.ts'

interface Body {
  tools?: { name: string }[]
  messages: { content: string | Block[] }[]
}

interface Block {
  type: string
  text?: string
  content?: string | Block[]
  source?: { media_type: string; data: string }
}

/** Anthropic Messages: `POST /v1/messages`, streamed. */
export const anthropicMessages: ModelApi = {
  path: /^\/v1\/messages(\?|$)/,
  read(body) {
    const { tools = [], messages } = body as Body
    return {
      tools: tools.map(({ name }) => name),
      results: messages
        .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
        .filter(({ type }) => type === 'tool_result')
        .map(({ content = '' }) => resultOf(content)),
    }
  },
  write(turn) {
    const event = (type: string, more: object = {}): string => sse({ type, ...more }, type)
    const usage = { input_tokens: 1, output_tokens: 1 }
    const start =
      turn.kind === 'say'
        ? { type: 'text', text: '' }
        : { type: 'tool_use', id: turn.id, name: turn.tool, input: {} }
    const delta =
      turn.kind === 'say'
        ? { type: 'text_delta', text: turn.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(turn.args) }
    return [
      event('message_start', {
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'scripted-model',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      }),
      event('content_block_start', { index: 0, content_block: start }),
      event('content_block_delta', { index: 0, delta }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: turn.kind === 'say' ? 'end_turn' : 'tool_use', stop_sequence: null },
        usage,
      }),
      event('message_stop'),
    ]
  },
}

function resultOf(content: string | Block[]): ToolResult {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return {
    text: blocks.map(({ text = '' }: Block) => text).join(''),
    pictures: blocks.flatMap(({ source }: Block) =>
      source === undefined ? [] : [{ mimeType: source.media_type, data: Buffer.from(source.data, 'base64') }],
    ),
  }
}
