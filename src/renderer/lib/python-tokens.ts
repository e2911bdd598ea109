/** A piece of Python, with what it is. */
export interface PythonToken {
  kind: 'comment' | 'string' | 'keyword' | 'number' | 'plain'
  text: string
}

const keywords =
  'False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|' +
  'import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield'

/** Comments; strings, the long ones first, up to the end of the text where they are not closed; words; numbers. */
const pattern = new RegExp(
  [
    String.raw`(?<comment>#[^\n]*)`,
    String.raw`(?<string>\b[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?)|"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?)`,
    String.raw`(?<keyword>(?<![\w.])(?:${keywords})\b)`,
    String.raw`(?<number>(?<![\w.])\d[\w.]*)`,
  ].join('|'),
  'g',
)

const kinds = ['comment', 'string', 'keyword', 'number'] as const

/** Cuts Python into pieces for highlighting. The pieces joined are the text, character for character. */
export function pythonTokens(code: string): PythonToken[] {
  const tokens: PythonToken[] = []
  let end = 0
  const push = (kind: PythonToken['kind'], text: string) => {
    if (text !== '') tokens.push({ kind, text })
  }
  for (const match of code.matchAll(pattern)) {
    push('plain', code.slice(end, match.index))
    push(kinds.find((kind) => match.groups?.[kind] !== undefined) ?? 'plain', match[0])
    end = match.index + match[0].length
  }
  push('plain', code.slice(end))
  return tokens
}
