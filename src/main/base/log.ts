/**
 * The part of a pino logger that the layers use. Details come first and are written as JSON, so control
 * characters in what a client sent cannot forge a log line.
 */
export interface Log {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
