/** Who is behind a request, as far as its bearer token says. Holds no secret: safe in logs. */
export interface Caller {
  /** The user whose bus the caller works on. */
  readonly user_id: string
  /** Which of the user's tokens was presented: a name, never the token. */
  readonly token_id: string
}

/** Too many wrong tokens came from this address: its next one is looked at after so many whole seconds. */
export interface TooManyAttempts {
  readonly retryAfterSeconds: number
}

/** What a caller says of itself when it asks for a session. */
export interface SessionRequest {
  readonly caller: Caller
  readonly remoteAddress: string
  /** The name its program gave at `initialize`; null while it gave none. */
  readonly programName: string | null
}

/** A person has blocked this caller. `message` is for the caller and says what to do. */
export interface Blocked {
  readonly message: string
  /** Unix seconds; null for a block without an end. */
  readonly blockedUntil: number | null
}
