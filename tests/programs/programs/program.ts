/** Where a program finds what it works with. */
export interface Surroundings {
  /** Its empty home folder, which it may fill. */
  readonly home: string
  /** The scripted model's address, without a path. */
  readonly modelUrl: string
  readonly busbar: { readonly url: string; readonly token: string }
  /** It is to give up on a tool call after this time; absent: as it does by itself. */
  readonly callLimitMs?: number | undefined
}

/** How it is started. */
export interface Command {
  /** A name in `node_modules/.bin`. */
  readonly bin: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** One LLM program: how it is told of a model and of Busbar, and run without a person before it. */
export interface Program {
  /** The name that people know. */
  readonly name: string
  /** Writes its settings and says how it is started. */
  prepare(surroundings: Surroundings): Command
  /** The text that Busbar answered, out of what the model reads: programs put words of their own around it. */
  answerIn(shown: string): string
}
