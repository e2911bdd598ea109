import { clip } from '../../shared/well-formed.ts'
/**
 * The last line of an error: where a Python traceback says what went wrong.
 *
 * @param length most characters; the line is looked for in the last four times as many
 */
export function lastLine(text: string, length: number): string {
  const end = text.slice(-4 * length).trimEnd()
  return clip(end.slice(end.lastIndexOf('\n') + 1), length).toWellFormed()
}
