import { randomUUID } from 'node:crypto'
import { createClosers } from '../base/closers.ts'
import { answerPort, type PanelPort } from '../panel/panel-port.ts'
import type { PanelRouter } from '../panel/router.ts'
import type { AppOptions, Listening } from './app-options.ts'
import { startUp, type Running } from './start-up.ts'

export interface App {
  /**
   * Once for each app. Rejects, with everything undone, where the data directory or the address can't be used, and with
   * `ServerRunsError` where a server runs on the data directory.
   */
  start(): Promise<Listening>
  /** Ends every session and closes the server, after a start that is going on. Idempotent. */
  stop(): Promise<void>
  /** Serves the panel contract on a port until the returned function is called or the port closes. */
  attachPanelPort(port: PanelPort): () => void
}

/** Builds the layers on one another. Nothing listens and nothing is written before `start`. */
export function createApp(options: AppOptions): App {
  const { log } = options
  const runtime = {
    clock: options.clocks?.wall ?? Date.now,
    // Reads like Unix time, but counts on when the wall clock is set: durations are taken from it.
    steady: options.clocks?.steady ?? (() => performance.timeOrigin + performance.now()),
    newId: () => randomUUID(),
    log,
  }
  const closers = createClosers(log)
  let starting: Promise<Running> | null = null
  let stopping: Promise<void> | null = null
  let router: PanelRouter | null = null

  async function stopAll(): Promise<void> {
    // A start that is going on still puts parts on the stack.
    const running = await starting?.catch(() => null)
    router = null
    await closers.close()
    if (running) log.info({}, 'Busbar has stopped')
  }

  return {
    async start() {
      starting = startUp(options, runtime, closers)
      try {
        const running = await starting
        router = running.router
        return running.listening
      } catch (error) {
        await closers.close()
        throw error
      }
    },
    stop() {
      stopping ??= stopAll()
      return stopping
    },
    attachPanelPort(port) {
      if (router === null) throw new Error('The app must be started before a panel can be attached.')
      return answerPort(port, { router, log, panel: 'window' })
    },
  }
}
