/** Who is behind a request, as far as its bearer token says. Holds no secret: safe in logs. */
export interface Caller {
  /** The user whose bus the caller works on. */
  readonly user_id: string
  /** Which of the user's tokens was presented: a name, never the token. */
  readonly token_id: string
}
