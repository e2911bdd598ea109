import { writeSync } from 'node:fs'
import { pino, type Logger } from 'pino'
import { clip } from '../../shared/well-formed.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** How often a line is tried whose reader is busy, and how long each time waits, in milliseconds. */
const busyTries = 20
const busyMs = 10

/**
 * The log of the program, on standard error. `BUSBAR_LOG_LEVEL` sets how much it says; unset or empty, `info`.
 *
 * @throws RangeError for a level that there is not
 */
export function createProgramLog(env: NodeJS.ProcessEnv, destination = createLogDestination(2)): Logger {
  return pino({ level: levelOf(env.BUSBAR_LOG_LEVEL ?? ''), base: null }, destination)
}

function levelOf(asked: string): string {
  if (asked === '') return 'info'
  const level = levels.find((name) => name === asked.toLowerCase())
  if (level !== undefined) return level
  const [last, ...others] = levels.toReversed()
  throw new RangeError(
    `BUSBAR_LOG_LEVEL must be ${others.toReversed().join(', ')} or ${String(last)}, not ${JSON.stringify(clip(asked, 40))}.`,
  )
}

/**
 * Writes each line at once, so that the last one before an end is there. A line that can't be written, on a full disk or
 * where nobody reads any more, is lost: a server goes on without its log. Once lines can be written again, one says how
 * many were lost.
 */
export function createLogDestination(fd: number): { write(line: string): void } {
  let lost = 0
  return {
    write(line) {
      try {
        if (lost > 0) {
          writeWhole(
            fd,
            `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'lines of the log could not be written' })}\n`,
          )
          lost = 0
        }
        writeWhole(fd, line)
      } catch {
        lost += 1
      }
    },
  }
}

function writeWhole(fd: number, line: string): void {
  let rest = Buffer.from(line)
  for (let tries = 0; rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      tries += 1
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries > busyTries) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs)
    }
  }
}
