/** A picture as a model gets it. */
export interface Picture {
  readonly mimeType: string
  readonly data: Buffer
}

/** What a model reads of one tool call, whatever API it came by. */
export interface ToolResult {
  /** All of its text, in the order it came, block after block. */
  readonly text: string
  readonly pictures: readonly Picture[]
}

/** What a program asked its model, in the words that all APIs share. */
export interface Question {
  /** Names of the tools that the program offers, as it writes them. */
  readonly tools: readonly string[]
  /** Results of all tool calls of the conversation so far, oldest first. */
  readonly results: readonly ToolResult[]
}

/** What the model does next: it says something, which ends its turn, or calls a tool by the name that the program gave it. */
export type Turn =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly tool: string; readonly args: object }

/** How one company's API puts questions and turns into HTTP. */
export interface ModelApi {
  /** Matches the path of a question to the model. */
  readonly path: RegExp
  read(body: unknown): Question
  /** The events of a streamed answer, each as it stands on the wire. */
  write(turn: Turn): string[]
}

/** One server-sent event. */
export const sse = (data: object, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`

/** A picture out of `data:image/png;base64,…`. */
export function pictureOfDataUrl(url: string): Picture {
  const [, mimeType = '', data = ''] = /^data:([^;]+);base64,(.*)$/s.exec(url) ?? []
  return { mimeType, data: Buffer.from(data, 'base64') }
}
