/** Where a text stops being JSON. `line` and `column` count from 1, `offset` from 0 in UTF-16 units. */
export interface JsonProblem {
  message: string
  offset: number
  line: number
  column: number
}

type JsonCheck = { ok: true; value: unknown } | { ok: false; problem: JsonProblem }

/** Reads JSON, and where it is none says in plain words what is wrong where. The same in every browser. */
export function checkJson(text: string): JsonCheck {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    const { message, offset } = firstProblem(text)
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return { ok: false, problem: { message, offset, line, column: offset - before.lastIndexOf('\n') } }
  }
}

const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y
const word = /(?:true|false|null)(?!\w)/y
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const textStart = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

/** Walks through a text that is known not to be JSON, without recursion, to the first thing that is wrong. */
function firstProblem(source: string): { message: string; offset: number } {
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found === null) return false
    at += found[0].length
    return true
  }
  const wrong = (message: string) => ({ message, offset: at })
  /** What is open: `}` or `]`. */
  const open: string[] = []
  let expects: 'value' | 'first' | 'name' | 'next' = 'value'
  for (;;) {
    take(space)
    const character = source[at]
    if (character === undefined) {
      const closing = open.at(-1)
      if (closing === undefined)
        return wrong(source.trim() === '' ? 'Nothing is here yet' : 'A value is missing')
      return wrong(`The end is missing: ${closing}`)
    }
    if (expects === 'next') {
      const closing = open.at(-1)
      if (closing === undefined) return wrong('Something stands after the end')
      if (character === closing) {
        at += 1
        open.pop()
      } else if (character === ',') {
        at += 1
        expects = closing === '}' ? 'name' : 'value'
      } else return wrong(`A comma or ${closing} is missing`)
      continue
    }
    if (expects === 'first' && character === open.at(-1)) {
      at += 1
      open.pop()
      expects = 'next'
      continue
    }
    const isName: boolean = expects === 'name' || (expects === 'first' && open.at(-1) === '}')
    if (isName) {
      if (character === '}') return wrong('A comma stands before }')
      if (!take(text)) return character === '"' ? wrongText() : wrong('A name in double quotes is missing')
      take(space)
      if (source[at] !== ':') return wrong('A colon is missing')
      at += 1
      expects = 'value'
    } else if (character === '{' || character === '[') {
      at += 1
      open.push(character === '{' ? '}' : ']')
      expects = 'first'
    } else if (take(text) || take(word) || take(number)) {
      expects = 'next'
    } else if (character === '"') return wrongText()
    else if (character === ']' && open.at(-1) === ']') return wrong('A comma stands before ]')
    else if (character === "'") return wrong('Texts stand in double quotes')
    else return wrong('This is no value')
  }

  function wrongText() {
    take(textStart)
    const character = source[at]
    if (character === '\\') return wrong('This escape is unknown')
    if (character === undefined || character === '\n') return wrong('The closing quote is missing')
    return wrong('This character must be written as an escape')
  }
}
