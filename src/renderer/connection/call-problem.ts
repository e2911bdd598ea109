import { ORPCError } from '@orpc/client'

/** Says to a person why a call did not do what it should. `notKnown` is what an answer would have told. */
export function callProblem(error: unknown, notKnown: string): string {
  if (error instanceof ORPCError && error.code === 'FORBIDDEN') {
    return 'This panel was opened with a token. Only the person who runs the server may do this.'
  }
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return 'The server does not take this.'
  return `No answer came: it is not known ${notKnown}.`
}

export const noConnection = 'There is no connection to the server.'
