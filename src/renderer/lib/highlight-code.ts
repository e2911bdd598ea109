import { highlightCode, tagHighlighter, tags } from '@lezer/highlight'
import { parser as jsonParser } from '@lezer/json'
import { parser as pythonParser } from '@lezer/python'

/** What is told apart by colour. `key` is the name of a JSON member. */
const kinds = ['comment', 'string', 'key', 'keyword', 'literal'] as const
type CodeKind = (typeof kinds)[number]

/** A piece of code, with what it is. */
interface CodePart {
  kind: CodeKind | 'plain'
  text: string
}

/** What is highlighted in each language: names of `kinds` for the tags of its parser. */
export const highlighters = {
  json: tagHighlighter([
    { tag: tags.propertyName, class: 'key' },
    { tag: tags.string, class: 'string' },
    { tag: [tags.number, tags.bool, tags.null], class: 'literal' },
  ]),
  python: tagHighlighter([
    { tag: tags.comment, class: 'comment' },
    { tag: [tags.string, tags.escape], class: 'string' },
    { tag: [tags.keyword, tags.modifier], class: 'keyword' },
    { tag: [tags.number, tags.bool, tags.null], class: 'literal' },
  ]),
}

const parsers = { json: jsonParser, python: pythonParser }

/**
 * Cuts code into pieces for highlighting; code with errors too. The pieces joined are the code, character for
 * character. It takes about half a second for a million characters: check the length first.
 */
export function highlightParts(code: string, language: keyof typeof parsers): CodePart[] {
  const parts: CodePart[] = []
  const put = (text: string, name: string) => {
    const kind = kinds.find((each) => each === name) ?? 'plain'
    const last = parts.at(-1)
    if (last?.kind === kind) last.text += text
    else parts.push({ kind, text })
  }
  highlightCode(code, parsers[language].parse(code), highlighters[language], put, () => put('\n', ''))
  return parts
}
