/**
 * The start of a text, at most so many UTF-16 units, without half a character at its end. It is a copy: a slice would
 * keep the whole text alive for as long as itself (V8).
 */
export function startOf(text: string, length: number): string {
  if (text.length <= length) return text
  return Buffer.from(text.slice(0, length))
    .toString()
    .replace(/\uFFFD$/, '')
}
