/** A program as a person means it: by its name and its token, whatever session it is in. */
export interface ProgramName {
  /** What is the same of all its sessions: the start of the identities that Busbar gives them. */
  readonly program: string
  /** What people call it. */
  readonly name: string
}

/** Programs that may call no tool until a person lifts it. */
export interface Pause {
  /** Null for all programs of the bus. */
  readonly program: string | null
  /** Empty for all. */
  readonly name: string
  /** Who did it, in words that follow "by". */
  readonly by: string
  /** Unix seconds. */
  readonly since: number
}
