import { clip } from '../../shared/well-formed.ts'

export const defaultPort = 9877

/**
 * The port that `BUSBAR_PORT` asks for: 0 to 65535, 0 takes any free one. Undefined where it is unset or empty.
 *
 * @throws RangeError for text that is no port: silently taking another would leave programs at the wrong address
 */
export function askedPort(env: NodeJS.ProcessEnv): number | undefined {
  const text = env.BUSBAR_PORT
  if (text === undefined || text === '') return undefined
  const port = portOf(text)
  if (port === null) {
    throw new RangeError(`BUSBAR_PORT must be a port from 0 to 65535, not ${JSON.stringify(clip(text, 40))}.`)
  }
  return port
}

/** The port that a text names, null where it names none. */
export function portOf(text: string): number | null {
  const port = Number(text)
  return /^\d+$/.test(text) && port <= 65_535 ? port : null
}
