import { sse, type ModelApi, type ToolResult } from './conversation.ts'

interface Body {
  tools?: { functionDeclarations?: { name: string }[] }[]
  contents: { role?: string; parts: Part[] }[]
}

interface Part {
  text?: string
  inlineData?: { mimeType: string; data: string }
  functionResponse?: { response: { output?: string; error?: string }; parts?: Part[] }
}

/** Gemini: `POST /v1beta/models/<name>:streamGenerateContent?alt=sse`. */
export const geminiContent: ModelApi = {
  path: /^\/v1beta\/models\/[^:]+:streamGenerateContent/,
  read(body) {
    const { tools = [], contents } = body as Body
    return {
      tools: tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name)),
      results: contents.flatMap(({ parts }) => resultsOf(parts)),
    }
  },
  write(turn) {
    const part =
      turn.kind === 'say'
        ? { text: turn.text }
        : { functionCall: { id: turn.id, name: turn.tool, args: turn.args } }
    return [
      sse({
        candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
        modelVersion: 'scripted-model',
      }),
    ]
  },
}

/** A picture stands in the result, or after it as a part of its own. */
function resultsOf(parts: readonly Part[]): ToolResult[] {
  const results: { text: string; pictures: { mimeType: string; data: Buffer }[] }[] = []
  for (const { text, inlineData, functionResponse } of parts) {
    if (functionResponse !== undefined) {
      const { output, error } = functionResponse.response
      results.push({ text: output ?? error ?? JSON.stringify(functionResponse.response), pictures: [] })
    }
    const result = results.at(-1)
    if (result === undefined) continue
    if (text !== undefined) result.text += text
    for (const each of [inlineData, ...(functionResponse?.parts ?? []).map((part) => part.inlineData)]) {
      if (each !== undefined) {
        result.pictures.push({ mimeType: each.mimeType, data: Buffer.from(each.data, 'base64') })
      }
    }
  }
  return results
}
