import type { Log } from '../../../../src/main/base/log.ts'

export interface RecordedLog extends Log {
  readonly lines: { level: string; details: object; message: string }[]
}

/** A log that keeps what it is told. */
export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = []
  const at =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push({ level, details, message })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
