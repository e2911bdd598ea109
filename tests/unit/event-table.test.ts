import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'src/main')

/** What a module of `src/main` does with emitters, as its calls say. */
interface Calls {
  /** Names in `….events.on('name', …)` and `….events.once(…)`. */
  readonly hears: ReadonlySet<string>
  /** Names in `….emit('name', …)`. */
  readonly tells: ReadonlySet<string>
  /** Every text in quotes: a module may listen to several events in a loop, or to an emitter that it was given. */
  readonly texts: ReadonlySet<string>
}

function callsOf(path: string): Calls {
  const hears = new Set<string>()
  const tells = new Set<string>()
  const texts = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) texts.add(node.text)
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression: emitter } = node.expression
      const [event] = node.arguments
      if (event !== undefined && ts.isStringLiteral(event)) {
        if (/^(on|once)$/.test(name.text) && /(^|[.#])events$/.test(emitter.getText())) hears.add(event.text)
        if (name.text === 'emit') tells.add(event.text)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(join(main, path), 'utf8'), ts.ScriptTarget.Latest, true))
  return { hears, tells, texts }
}

const modules = new Map(
  readdirSync(main, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path.replaceAll('\\', '/'), callsOf(path)]),
)

interface Link {
  readonly event: string
  readonly file: string
}

/** The files of a cell; a name without a folder is in the folder of the one before it. */
function filesOf(cell: string): string[] {
  let folder = ''
  return [...cell.matchAll(/`([\w/-]+\.ts)`/g)].map(([, name = '']) => {
    if (!name.includes('/')) return `${folder}/${name}`
    folder = name.slice(0, name.lastIndexOf('/'))
    return name
  })
}

const names = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)

/** The rows of the table "event, told by, listeners" of the architecture. */
const rows = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, events = '', tellers = '', listeners = '']) => ({ events: names(events), tellers, listeners }))
  .filter(({ events, tellers }) => events.length > 0 && filesOf(tellers).length > 0)

const told: Link[] = rows.flatMap(({ events, tellers }) =>
  events.flatMap((event) => filesOf(tellers).map((file) => ({ event, file }))),
)

/** Where a listener is attached for another module, "(by `x`)" says so: then that is where the call stands. */
const heard: Link[] = rows.flatMap(({ events, listeners }) => {
  const files = filesOf(listeners)
  let at = 0
  return listeners.split(';').flatMap((part) => {
    const own = /^\s*`(\w+)`:/.exec(part)?.[1]
    return [...part.matchAll(/(\(by )?`[\w/-]+\.ts`/g)]
      .map(([, by]) => ({ file: files[at++] ?? '', by: by !== undefined }))
      .filter((each, index, all) => each.by || all[index + 1]?.by !== true)
      .flatMap(({ file }) => (own === undefined ? events : [own]).map((event) => ({ event, file })))
  })
})

const text = ({ event, file }: Link) => `${event} in ${file}`

describe('the table of events in the architecture', () => {
  it('names every listener', () => {
    const known = new Set(heard.map(text))
    const found = [...modules].flatMap(([file, { hears }]) => [...hears].map((event) => ({ event, file })))
    expect(found.length).toBeGreaterThan(60)
    // A manager's own `created` is what its `follow` hears.
    expect(found.map(text).filter((link) => !known.has(link))).toStrictEqual([
      'created in bus/bus-manager.ts',
    ])
  })

  it('names no listener that hears nothing of the kind', () => {
    expect(
      heard.filter(({ event, file }) => modules.get(file)?.texts.has(event) !== true).map(text),
    ).toStrictEqual([])
  })

  it('says who tells', () => {
    expect(
      told.filter(({ event, file }) => modules.get(file)?.tells.has(event) !== true).map(text),
    ).toStrictEqual([])
  })

  it('holds every event of a bus', () => {
    const path = 'bus/bus-events.ts'
    const source = ts.createSourceFile(
      path,
      readFileSync(join(main, path), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    )
    const declared = source.statements
      .filter((statement) => ts.isInterfaceDeclaration(statement))
      .filter(({ name }) => name.text === 'BusEvents')
      .flatMap(({ members }) => members.map(({ name }) => name?.getText() ?? ''))
    const ofBus = told.filter(({ file }) => file.startsWith('bus/')).map(({ event }) => event)
    expect([...new Set(ofBus)].toSorted()).toStrictEqual(declared.toSorted())
  })
})
