/**
 * Why nothing that a session asks for is done now, though it stays open. `blocked` holds for every tool call and for
 * every other request but `initialize`, `ping` and `tools/list` (docs/protocol.md, being unregistered by a person);
 * `paused` for the tool calls of programs alone (dispatch tools).
 */
export interface SessionRefusal {
  /** A literal code. */
  readonly error: 'blocked' | 'paused'
  /** Who did it, why, until when, and what to do: a model reads it. */
  readonly message: string
  /** Unix seconds; null for one without an end. */
  readonly blockedUntil: number | null
}

/** JSON-RPC's code for a request that is refused in this way. */
export const sessionRefusedCode = -32000
