/** A piece of a JSON text, with what it is. */
export interface JsonToken {
  kind: 'key' | 'string' | 'literal' | 'plain'
  text: string
}

/** Writes characters that turn the direction of a text, or can't be seen, as JSON escapes: the same value, legible. */
export function escapeInvisible(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Strings (with the colon that makes one a key), numbers and words; what lies between is plain. */
const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b)/g

/** Cuts a JSON text into pieces for highlighting. The pieces joined are the text, character for character. */
export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = []
  let end = 0
  const push = (kind: JsonToken['kind'], text: string) => {
    if (text !== '') tokens.push({ kind, text })
  }
  for (const match of json.matchAll(pattern)) {
    push('plain', json.slice(end, match.index))
    const [whole, string, colon, literal] = match
    if (string !== undefined) {
      push(colon === undefined ? 'string' : 'key', string)
      push('plain', colon ?? '')
    } else push('literal', literal ?? '')
    end = match.index + whole.length
  }
  push('plain', json.slice(end))
  return tokens
}
