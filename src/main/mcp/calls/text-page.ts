/** The most text that one page holds, in bytes of UTF-8. */
const defaultPageBytes = 256 * 1024
/** The most that it may take as a JSON string: control characters take six bytes each there. */
const pageJsonBytes = 768 * 1024

/** A part of a long text. Offsets are bytes of its UTF-8; `next_offset` is null at its end. */
export interface TextPage {
  readonly text: string
  readonly offset: number
  readonly next_offset: number | null
  readonly total_bytes: number
}

/**
 * The page of a text that begins at `offset`: at most 256 KiB, and less where it is full of what JSON has to escape. No
 * character is cut in half: an offset inside of one begins with the whole of it. Null for an offset beyond the end.
 *
 * @param pageBytes at least 4, what one character may take
 */
export function textPage(text: string, offset: number, pageBytes = defaultPageBytes): TextPage | null {
  const bytes = Buffer.from(text)
  if (offset > bytes.length) return null
  const start = characterStart(bytes, offset)
  let end = characterStart(bytes, Math.min(bytes.length, start + pageBytes))
  let page = bytes.toString('utf8', start, end)
  while (Buffer.byteLength(JSON.stringify(page)) > pageJsonBytes) {
    end = characterStart(bytes, start + Math.ceil((end - start) / 2))
    page = bytes.toString('utf8', start, end)
  }
  return {
    text: page,
    offset: start,
    next_offset: end === bytes.length ? null : end,
    total_bytes: bytes.length,
  }
}

/** The start of the character that the byte at `at` belongs to (RFC 3629: the bytes after the first are 10xxxxxx). */
export function characterStart(bytes: Uint8Array, at: number): number {
  let start = at
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1
  return start
}
