import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Log } from '../../base/log.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'

export interface UnreadAnswersPorts {
  clock(): number
  /** A client that takes nothing for this long loses its connection, and the answer with it. */
  readonly stalledMs: number
  readonly log: Log
}

/** Answers that were made whole and are on their way to their clients. */
export interface UnreadAnswers {
  /**
   * Sends a JSON body with status 200. It is charged as a whole until the system has taken its last byte. False, with
   * nothing sent, where there is no room for it.
   */
  send(response: ServerResponse, headers: OutgoingHttpHeaders, body: string, memory: PassingMemory): boolean
  /** Cuts the connections that have taken nothing for too long. */
  sweep(): void
}

/** What one write hands to the system: how finely a slow reader's progress is seen. */
const sliceBytes = 64 * 1024

/** Knows nothing of sessions or requests. */
export function createUnreadAnswers(ports: UnreadAnswersPorts): UnreadAnswers {
  const { stalledMs, log } = ports
  /** When a client last took something of its answer. */
  const takenAtMs = new Map<ServerResponse, number>()

  function sendInSlices(response: ServerResponse, body: Buffer): void {
    let at = 0
    const goOn = (): void => {
      takenAtMs.set(response, ports.clock())
      while (at + sliceBytes < body.length) {
        const slice = body.subarray(at, at + sliceBytes)
        at += sliceBytes
        if (!response.write(slice)) {
          response.once('drain', goOn)
          return
        }
      }
      response.end(body.subarray(at))
    }
    goOn()
  }

  return {
    send(response, headers, body, memory) {
      const bytes = Buffer.byteLength(body)
      const hold = memory.take('output', bytes)
      if (hold === null) return false
      takenAtMs.set(response, ports.clock())
      response.once('close', () => {
        takenAtMs.delete(response)
        hold.release()
      })
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bytes, ...headers })
      if (bytes <= sliceBytes) response.end(body)
      else sendInSlices(response, Buffer.from(body))
      return true
    },
    sweep() {
      const beforeMs = ports.clock() - stalledMs
      let cut = 0
      for (const [response, atMs] of takenAtMs) {
        if (atMs > beforeMs) continue
        // Not the response, which has no connection of its own while others of a pipeline stand before it.
        response.req.socket.destroy()
        cut += 1
      }
      if (cut > 0) log.warn({ answers: cut }, 'answers that nobody reads were cut')
    },
  }
}
