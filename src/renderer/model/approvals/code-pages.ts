/** A part of a text: from its first character to before the one that follows it, in UTF-16 units. */
interface Page {
  readonly start: number
  readonly end: number
}

/**
 * Cuts a text into pages of at most `size` units, at least one. No character and no end of a line is cut in half.
 *
 * @param size at least 2
 */
export function pagesOf(text: string, size: number): Page[] {
  const pages: Page[] = []
  let start = 0
  while (start < text.length) {
    let end = Math.min(start + size, text.length)
    if (end < text.length && isOnePiece(text, end)) end -= 1
    pages.push({ start, end })
    start = end
  }
  return pages.length === 0 ? [{ start: 0, end: 0 }] : pages
}

/** Whether what stands before and behind this place belongs together. */
function isOnePiece(text: string, at: number): boolean {
  const [before, behind] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  const isPair = before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000
  return isPair || (before === 0x0d && behind === 0x0a)
}
