import type { Log } from './log.ts'

/**
 * What happens after an exception or a rejection that nothing caught: it is logged, and the program ends with 1. What
 * state it is in is then unknown, and going on in it could do harm that nobody sees. Everything that runs with nobody
 * to catch what it throws is guarded (`guarded.ts`), so this is for what nobody thought of.
 *
 * @param exit ends the program at once
 */
export function endOnUncaughtFault(log: Log, exit: (code: number) => void): void {
  const end = (error: unknown): void => {
    try {
      log.error({ err: error }, 'Busbar ends: a fault of this program was caught by nothing')
    } finally {
      exit(1)
    }
  }
  process.on('uncaughtException', end)
  // Electron would only warn of it.
  process.on('unhandledRejection', end)
}
