import { pictureOfDataUrl, sse, type ModelApi } from './conversation.ts'

interface Body {
  tools?: Tool[]
  input: { type?: string; output?: string | Part[] }[]
}

interface Tool {
  type: string
  name?: string
  /** Of a `namespace`: what is in it. */
  tools?: { name: string }[]
}

interface Part {
  type: string
  text?: string
  image_url?: string
}

/** OpenAI Responses: `POST /v1/responses`, streamed. */
export const openaiResponses: ModelApi = {
  path: /^\/v1\/responses$/,
  read(body) {
    const { tools = [], input } = body as Body
    return {
      tools: tools.flatMap(({ name = '', tools: inside }) =>
        inside === undefined ? [name] : inside.map((tool) => `${name}${separator}${tool.name}`),
      ),
      results: input
        .filter(({ type }) => type === 'function_call_output')
        .map(({ output = '' }) => {
          const parts = typeof output === 'string' ? [{ type: 'input_text', text: output }] : output
          return {
            text: parts.map(({ text = '' }: Part) => text).join(''),
            pictures: parts.flatMap(({ image_url: url }: Part) =>
              url === undefined ? [] : [pictureOfDataUrl(url)],
            ),
          }
        }),
    }
  },
  write(turn) {
    const event = (type: string, more: object): string => sse({ type, ...more }, type)
    const [namespace, name] = turn.kind === 'say' ? [] : splitName(turn.tool)
    const item =
      turn.kind === 'say'
        ? {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: turn.text, annotations: [] }],
          }
        : {
            type: 'function_call',
            id: `fc_${turn.id}`,
            call_id: turn.id,
            status: 'completed',
            ...(namespace !== undefined && { namespace }),
            name,
            arguments: JSON.stringify(turn.args),
          }
    const response = {
      id: 'resp_1',
      usage: {
        input_tokens: 1,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 1,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 2,
      },
    }
    return [
      event('response.created', { response: { ...response, usage: null, output: [] } }),
      event('response.output_item.done', { output_index: 0, item }),
      event('response.completed', { response: { ...response, output: [item] } }),
    ]
  },
}

/** Between the namespace of a tool and its name: no API has it in a name. */
const separator = ' / '

function splitName(tool: string): [namespace: string | undefined, name: string] {
  const at = tool.indexOf(separator)
  return at === -1 ? [undefined, tool] : [tool.slice(0, at), tool.slice(at + separator.length)]
}
