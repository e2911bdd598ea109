import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../src/renderer')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The classes of each style sheet, and which of them the components name as `styles['x']`. */
const sheets = new Map(
  globSync('**/*.module.css', { cwd: root }).map((path) => {
    const css = read(path).replace(/\/\*[\s\S]*?\*\//g, '')
    const defined = new Set(
      [...css.matchAll(/\.([a-zA-Z][\w-]*)(?=[^{}]*\{)/g)].map((match) => match[1] ?? ''),
    )
    return [path, { defined, used: new Set<string>(), computed: false }]
  }),
)
const missing: string[] = []
/** Classes that are computed and put into a text as they are: where there is no such class the text says `undefined`. */
const unguarded: string[] = []
for (const path of globSync('**/*.tsx', { cwd: root })) {
  const code = read(path)
  for (const [, name, from] of code.matchAll(/import (\w+) from '(\.[^']*\.module\.css)'/g)) {
    const sheet = sheets.get(join(dirname(path), from ?? ''))
    if (sheet === undefined) throw new Error(`${path} imports ${from}, which is not there`)
    if (new RegExp(`\\b${name}\\[[^']`).test(code)) sheet.computed = true
    for (const [found] of code.matchAll(new RegExp(`\\$\\{${name}\\[[^'][^}]*\\}`, 'g'))) {
      if (!found.endsWith(" ?? ''}")) unguarded.push(`${path}: ${found}`)
    }
    for (const [, used = ''] of code.matchAll(new RegExp(`\\b${name}\\['([^']*)'\\]`, 'g'))) {
      sheet.used.add(used)
      if (!sheet.defined.has(used)) missing.push(`${path}: ${used}`)
    }
  }
}

it('names no class that its style sheet does not define', () => {
  expect(missing).toStrictEqual([])
})

it('never writes undefined for a class that is computed', () => {
  expect(unguarded).toStrictEqual([])
})

it('defines no class that no component names', () => {
  // Where a component computes names, as in `styles[kind]`, nothing can be said of the others.
  const unused = [...sheets].flatMap(([path, { defined, used, computed }]) =>
    computed ? [] : [...defined].filter((name) => !used.has(name)).map((name) => `${path}: ${name}`),
  )
  expect(unused).toStrictEqual([])
})
