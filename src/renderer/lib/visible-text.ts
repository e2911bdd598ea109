/**
 * What can't be seen, or turns what can be: controls, zero-width, bidirectional, tag and variation characters, separators
 * of lines and paragraphs, marks of annotations, and the blank of Braille.
 */
const unseen = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Zl}\p{Zp}\ufff9-\ufffb\u2800]/gu

/**
 * The same for code: lines and tabs stay as they are. A CR alone is marked and ends its line: Python ends one there, and
 * a reader would take what follows for the rest of a comment.
 */
export function visibleCode(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\u240d\n')
    .split('\n')
    .map((line) => line.split('\t').map(visibleText).join('\t'))
    .join('\n')
}

/** Shows what can't be seen as symbols: `␀` for a control, its number for any other, as `⟨U+200B⟩`. */
export function visibleText(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

/** Writes what can't be seen as JSON escapes: the same value, legible. The white space of JSON itself stays. */
export function escapeInvisible(json: string): string {
  return json.replace(unseen, (character) => {
    if (character === '\n' || character === '\t') return character
    // JSON has no CR but between its values, where it means nothing.
    if (character === '\r') return ''
    return Array.from({ length: character.length }, (_, index) => {
      const unit = character.charCodeAt(index).toString(16).padStart(4, '0')
      return `\\u${unit}`
    }).join('')
  })
}

/** How many characters of a text can't be seen; lines and tabs, and a CR that ends a line, are not counted. */
export function countUnseen(text: string): number {
  const found = text.replaceAll('\r\n', '\n').match(unseen) ?? []
  return found.filter((character) => character !== '\n' && character !== '\t').length
}
